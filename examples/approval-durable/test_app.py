"""Runs the durable function on the local test runner of its SDK."""

import json
import unittest
from unittest import mock

from aws_durable_execution_sdk_python.lambda_service import ErrorObject
from aws_durable_execution_sdk_python_testing.runner import DurableFunctionTestRunner

import app

ANSWER = {"comment": "because", "by": {"open_id": "ou_1"}, "at": "2026-11-28T12:00:00Z", "ask_id": "a1", "answers": []}


class RefundTest(unittest.TestCase):
    def run_with(self, end):
        """Runs the function; end ends its callback as Larkbridge does. Returns what was asked, paid and returned."""
        asked, paid = [], []
        with (
            mock.patch.dict("os.environ", {"CHAT_ID": "oc_1"}),
            mock.patch.object(app, "send", asked.append),
            mock.patch.object(app, "pay", lambda order, amount: paid.append((order, amount))),
            DurableFunctionTestRunner(handler=app.handler) as runner,
        ):
            arn = runner.run_async(input=json.dumps({"order": 42, "amount": "9.90"}), execution_timeout=30)
            callback_id = runner.wait_for_callback(execution_arn=arn)
            end(runner, callback_id)
            result = runner.wait_for_result(execution_arn=arn)
        self.assertEqual([callback_id], [request["ask"]["answer_to"]["callback_id"] for request in asked])
        return asked[0]["ask"], paid, json.loads(result.result)

    def answer(self, choice):
        return lambda runner, callback_id: runner.send_callback_success(callback_id, json.dumps({"choice": choice, **ANSWER}).encode())

    def test_paid(self):
        question, paid, result = self.run_with(self.answer("pay"))
        self.assertEqual("Refund 9.90 for order 42?", question["title"])
        self.assertEqual([(42, "9.90")], paid)
        self.assertEqual({"paid": True, "by": "ou_1"}, result)

    def test_refused(self):
        _, paid, result = self.run_with(self.answer("refuse"))
        self.assertEqual(([], {"paid": False, "why": "because", "by": "ou_1"}), (paid, result))

    def test_nobody_answers(self):
        error = ErrorObject(message="the question a1 was not answered", type="Lark.NoAnswer", data=None, stack_trace=None)
        _, paid, result = self.run_with(lambda runner, callback_id: runner.send_callback_failure(callback_id, error))
        self.assertEqual([], paid)
        self.assertFalse(result["paid"])
        self.assertIn("was not answered", result["why"])


if __name__ == "__main__":
    unittest.main()
