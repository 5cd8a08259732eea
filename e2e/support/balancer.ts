import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** One public address for several servers: each connection goes to the first one that takes it. */
export type Balancer = {
  readonly baseUrl: string;
  /** Ports in the order in which they are tried. */
  order: number[];
  stop(): Promise<void>;
};

/** Joins `client` to the first port that listens; without one the client's connection ends. */
function join(client: Socket, [port, ...others]: readonly number[]): void {
  if (port === undefined) return void client.destroy();
  const server = connect(port, "127.0.0.1");
  const tryNext = () => join(client, others);
  server.once("error", tryNext);
  server.once("connect", () => {
    server.off("error", tryNext);
    for (const side of [client, server]) {
      side.on("error", () => undefined);
      side.on("close", () => (side === client ? server : client).destroy());
    }
    client.pipe(server).pipe(client);
  });
}

export async function startBalancer(): Promise<Balancer> {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.on("error", () => undefined).once("close", () => clients.delete(client));
    join(client, balancer.order);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const balancer: Balancer = {
    baseUrl: `http://127.0.0.1:${port}`,
    order: [],
    async stop() {
      server.close();
      for (const client of clients) client.destroy();
      await once(server, "close");
    },
  };
  return balancer;
}
