import type { IncomingMessage } from "node:http";
import type { NextFunction, Request, Response } from "express";

const LOOPBACK = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);
const LOCAL_NAMES = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Host of a `Host` header without its port. */
function nameOf(host: string): string {
  return host.replace(/:\d+$/, "");
}

/**
 * Whether a request may steer the sandbox: it comes from this machine, it names this machine (a foreign name that
 * resolves to 127.0.0.1 does not), and if a browser sent it, then for a page of the sandbox itself.
 */
export function maySteer({ headers, socket }: IncomingMessage): boolean {
  const { host = "", origin } = headers;
  if (!LOOPBACK.has(socket.remoteAddress ?? "") || !LOCAL_NAMES.has(nameOf(host))) return false;
  if (origin !== undefined && origin !== `http://${host}`) return false;
  const site = headers["sec-fetch-site"];
  return site === undefined || site === "same-origin" || site === "none";
}

/** Keeps other machines and foreign web pages away from the control interface. */
export function localOnly(request: Request, response: Response, next: NextFunction): void {
  if (maySteer(request)) next();
  else
    response
      .status(403)
      .json({ message: "The sandbox is steered from this machine and its own pages only." });
}
