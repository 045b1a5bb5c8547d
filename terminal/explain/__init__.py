"""The settlement and the law in words and in a picture, for people. Reads; decides and computes no money."""
