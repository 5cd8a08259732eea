import { createAdapter } from "@socket.io/mongo-adapter";
import { Server } from "socket.io";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openTestDatabase, type TestDatabase } from "#server/database/embedded/test-connection.ts";

let database: TestDatabase;
const servers: Server[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.of("/").adapter.close()));
  await database.close();
});

test("[DB22] two socket.io servers find and hear each other through a change stream", async (context) => {
  const { setName } = await database.db.admin().command({ hello: 1 });
  if (!database.isEmbedded && setName === undefined) context.skip();
  const collection = await database.db.createCollection("socketEvents");
  await collection.createIndex({ createdAt: 1 }, { expireAfterSeconds: 60 });
  const heard: string[] = [];
  for (const name of ["one", "two"]) {
    const server = new Server();
    server.adapter(createAdapter(collection, { addCreatedAtField: true, heartbeatInterval: 100 }));
    server.on("hello", (from: string) => heard.push(`${name} heard ${from}`));
    servers.push(server);
  }
  const [one, two] = servers;
  await vi.waitFor(async () => expect(await one?.of("/").adapter.serverCount()).toBe(2), { timeout: 20_000 });
  await vi.waitFor(async () => expect(await two?.of("/").adapter.serverCount()).toBe(2), { timeout: 20_000 });
  one?.serverSideEmit("hello", "one");
  two?.serverSideEmit("hello", "two");
  await vi.waitFor(() => expect(heard.toSorted()).toEqual(["one heard two", "two heard one"]), {
    timeout: 20_000,
  });
});
