"""Hooks the CFFI builder of the C core into the package's own build; everything else stands in pyproject.toml."""

from setuptools import setup

setup(cffi_modules=["native/build.py:builder"])
