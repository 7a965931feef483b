// Calls the handler of a Lambda function. Each line of standard input is one invocation.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

// What the handler prints goes to standard error; standard output is for outcomes alone.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

const [file, name] = process.argv.slice(-2);
const invocations = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

function context(invocation) {
  const end = performance.now() + invocation.remaining;
  return {
    awsRequestId: invocation.id,
    functionName: invocation.function,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${invocation.function}`,
    memoryLimitInMB: "128",
    logGroupName: `/aws/lambda/${invocation.function}`,
    logStreamName: "local",
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(end - performance.now())),
  };
}

function failed(e) {
  console.error(e);
  return { error: { errorType: e?.name ?? "Error", errorMessage: String(e?.message ?? e) } };
}

// A handler with three parameters answers by its callback, if it returns no promise.
function call(handler, event, context) {
  return new Promise((resolve, reject) => {
    const returned = handler(event, context, (e, result) => (e ? reject(e) : resolve(result)));
    if (handler.length < 3 || typeof returned?.then === "function") resolve(returned);
  });
}

let handler, failure;
try {
  const module = await import(pathToFileURL(file).href);
  handler = module[name] ?? module.default?.[name];
  if (typeof handler !== "function") throw new TypeError(`${file} does not export a function ${name}`);
} catch (e) {
  failure = { ...failed(e), not_loaded: true };
}
for await (const line of invocations) {
  const invocation = JSON.parse(line);
  let outcome = failure;
  if (!failure) {
    try {
      const result = await call(handler, invocation.event, context(invocation));
      outcome = { result: result === undefined ? null : JSON.parse(JSON.stringify(result) ?? "null") };
    } catch (e) {
      outcome = failed(e);
    }
  }
  await new Promise((resolve) => write(JSON.stringify(outcome) + "\n", resolve));
}
process.exit();
