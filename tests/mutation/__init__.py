"""Are the tests any good? Each mutant is the program with one thing changed; a test that can fail must notice it.

`python -m tests.mutation core` changes the C core token by token, `… money`, `… settlement` and so on a Python module
node by node. Own small mutators: the core is C, and what runs mutants of Python elsewhere runs all tests, or loads all
of the program, for each of them; here the tests that run the changed line are asked, in a copy of the loaded program.

Left alone: texts, docstrings, annotations, how a class is made (frozen, with keywords only), and that a zip is strict.
Most texts are words for people, and which of those are promised is said by tests of their own.
"""
