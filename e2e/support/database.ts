/** The address of the database of a server on this machine. */
export async function databaseOf(baseUrl: string): Promise<string> {
  const text = await (await fetch(`${baseUrl}/readyz`)).text();
  const [address] = /mongodb:\/\/[^"]+/.exec(text) ?? [];
  if (address === undefined) throw new Error("The server does not say where its database is.");
  return address;
}
