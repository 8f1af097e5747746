"""Runs the tests and writes JUnit XML, with nothing but the standard library."""

import os
import sys
import unittest
from xml.etree import ElementTree

sys.path.insert(0, os.getcwd())


class Report(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.suite = ElementTree.Element("testsuite", name="orders")

    def note(self, test, tag=None, text=""):
        group, _, name = test.id().rpartition(".")
        case = ElementTree.SubElement(self.suite, "testcase", classname=group, name=name)
        if tag:
            ElementTree.SubElement(case, tag, message=text.strip().splitlines()[-1] if text.strip() else tag)

    def addSuccess(self, test):
        self.note(test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note(test, "failure", self._exc_info_to_string(err, test))

    def addError(self, test, err):
        super().addError(test, err)
        self.note(test, "error", self._exc_info_to_string(err, test))


report = Report()
unittest.defaultTestLoader.discover("tests").run(report)
ElementTree.ElementTree(report.suite).write(os.path.join(os.environ["PHASEPROOF_OUT"], "junit.xml"))
sys.exit(0 if report.wasSuccessful() else 1)
