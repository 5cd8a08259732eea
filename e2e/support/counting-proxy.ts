import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** Stands between the product and a peer: counts requests and, while it refuses, replaces the credentials by wrong ones. */
export type CountingProxy = {
  readonly baseUrl: string;
  /** `POST /path` of every request, oldest first. */
  readonly seen: string[];
  refuses: boolean;
  stop(): Promise<void>;
};

export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? "/";
    proxy.seen.push(`${incoming.method} ${path}`);
    const headers = { ...incoming.headers };
    if (proxy.refuses) headers.authorization = "Basic bm90OnRoaXM=";
    const forwarded = request(`${target}${path}`, { method: incoming.method, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(outgoing);
    });
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const proxy: CountingProxy = {
    baseUrl: `http://127.0.0.1:${port}`,
    seen: [],
    refuses: false,
    async stop() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, "close");
    },
  };
  return proxy;
}
