import type { Account, PhoneNetwork } from "#e2e/load/generator/phone-network.ts";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

type Reply = { status: number; body: unknown };

/** As much of Twilio's REST as a load run meets: create, read and end calls. */
export async function startRestPeer(
  account: Account,
  network: PhoneNetwork,
): Promise<{ baseUrl: string; close(): void }> {
  const server = createServer((request, response) => {
    answer(account, network, request)
      .catch((error: unknown): Reply => ({ status: 500, body: { message: String(error) } }))
      .then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      })
      .catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { baseUrl: `http://127.0.0.1:${port}`, close };
}

async function answer(account: Account, network: PhoneNetwork, request: IncomingMessage): Promise<Reply> {
  const path = (request.url ?? "").split("?")[0] ?? "";
  const form = new URLSearchParams(await text(request));
  const resource = (call: { sid: string; status: string; to: string; from: string }) => ({
    sid: call.sid,
    status: call.status,
    to: call.to,
    from: call.from,
    account_sid: account.accountSid,
    price_unit: "USD",
    subresource_uris: {},
  });
  if (path.endsWith("/Calls.json")) {
    if (request.method === "POST") return { status: 201, body: resource(network.dial(form)) };
    return { status: 200, body: { calls: [], page: 0, page_size: 1, next_page_uri: null, uri: path } };
  }
  const [, sid = ""] = /\/Calls\/(CA[0-9a-f]{32})\.json$/.exec(path) ?? [];
  const call = network.find(sid);
  if (call === null) return { status: 404, body: { code: 20404, message: "not found", status: 404 } };
  const wanted = form.get("Status");
  if (wanted === "completed" || (wanted === "canceled" && call.answeredAtMs === null))
    await network.end(call);
  return { status: 200, body: resource(call) };
}
