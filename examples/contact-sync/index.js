// Keeps a DynamoDB table of the people whom the app may see. Events bring changes; a schedule without an event brings
// everybody, which also fills the table the first time.
const { DynamoDBClient } = require("@aws-sdk/client-dynamodb");
const { DeleteCommand, DynamoDBDocumentClient, PutCommand } = require("@aws-sdk/lib-dynamodb");
const { InvokeCommand, LambdaClient } = require("@aws-sdk/client-lambda");

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const lambda = new LambdaClient({});
const { TABLE, SEND_FUNCTION } = process.env;

const put = ({ open_id, name, email = "", department_ids = [] }) =>
  table.send(new PutCommand({ TableName: TABLE, Item: { open_id, name, email, department_ids } }));

const remove = ({ open_id }) => table.send(new DeleteCommand({ TableName: TABLE, Key: { open_id } }));

// Larkbridge joins the pages of the list.
async function everybody() {
  const request = {
    method: "GET",
    path: "contact/v3/users/find_by_department",
    query: { department_id: "0", page_size: 50 },
    paginate: true,
  };
  const answer = await lambda.send(new InvokeCommand({ FunctionName: SEND_FUNCTION, Payload: JSON.stringify({ request }) }));
  const result = JSON.parse(Buffer.from(answer.Payload).toString());
  if (!result.ok) throw new Error(`the list of people: ${JSON.stringify(result)}`);
  return result.data.items ?? [];
}

exports.handler = async (event) => {
  const type = event["detail-type"];
  if (type === "contact.user.deleted_v3") return remove(event.detail.event.object);
  if (type?.startsWith("contact.user.")) return put(event.detail.event.object);
  const people = await everybody();
  for (const person of people) await put(person);
  return { people: people.length };
};
