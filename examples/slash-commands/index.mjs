// Carries out the command /deploy: the state machine passes its words and takes what it returns.
class Usage extends Error {
  name = "Usage";
}

export const handler = async ({ text = "" }) => {
  const [service, version] = text.split(/\s+/);
  if (!version) throw new Usage("Write /deploy SERVICE VERSION, such as /deploy shop 1.4");
  // Do here what deploys.
  return { markdown: `**${service}** has version ${version} now.` };
};
