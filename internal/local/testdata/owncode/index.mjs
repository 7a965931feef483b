// Answers a message in three ways: by what it returns, by POST /send, and by Lambda's Invoke.
export const returns = async (event, context) => {
  console.log("got", event.detail.message.text);
  const { chat_id } = event.detail.event.message;
  return { message: { to: { chat_id }, text: `Node ${context.functionName}` } };
};

const post = async (url, event, context) => {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(await returns(event, context)) });
  return (await response.json()).ok;
};

export const posts = (event, context) => post(`${process.env.LARKBRIDGE_URL}/send`, event, context);

export const invokes = (event, context) =>
  post(`${process.env.AWS_ENDPOINT_URL_LAMBDA}/2015-03-31/functions/larkbridge-send/invocations`, event, context);
