"""Are the tests any good? Each mutant is the program with one thing changed; a test that can fail must notice it.

`python -m tests.mutation core` changes the C core token by token, `… money`, `… settlement` and so on a Python module
node by node. Own small mutators: the core is C, and what runs mutants of Python elsewhere wants one package with one
test command, where here each module has its own few tests.
"""
