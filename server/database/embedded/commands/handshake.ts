import { hostname } from "node:os";
import { MAX_WRITE_BATCH } from "#server/database/embedded/commands/write.ts";
import type { Command } from "#server/database/embedded/commands/request.ts";
import { ServerError } from "#server/database/embedded/errors.ts";
import { MAX_DOCUMENT_BYTES } from "#server/database/embedded/storage/documents.ts";
import { docOf, type Doc } from "#server/database/embedded/values/value.ts";

/** Largest message either side may send. */
export const MAX_MESSAGE_BYTES = 48_000_000;
const MAX_WIRE_VERSION = 25;
const VERSION = [8, 0, 0, 0];
const SESSION_TIMEOUT_MINUTES = 30;

/**
 * `hello` of a stand-alone server: no set name, so drivers send no transaction numbers and do not retry writes.
 * No `topologyVersion`, because streaming answers to `hello` are not implemented.
 */
export const hello: Command = (request, state) =>
  docOf({
    ...(request.name === "hello" ? { isWritablePrimary: true } : { ismaster: true }),
    helloOk: true,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    maxWriteBatchSize: MAX_WRITE_BATCH,
    localTime: new Date(state.clock.nowMs()),
    logicalSessionTimeoutMinutes: SESSION_TIMEOUT_MINUTES,
    connectionId: request.connectionId,
    minWireVersion: 0,
    maxWireVersion: MAX_WIRE_VERSION,
    readOnly: false,
    ok: 1,
  });

/** A command that has nothing to do here but is part of every driver's life (sessions, ping). */
export const accepted: Command = () => docOf({ ok: 1 });

export const buildInfo: Command = () =>
  docOf({
    version: VERSION.slice(0, 3).join("."),
    versionArray: [...VERSION],
    gitVersion: "ringside",
    modules: ["ringside-embedded"],
    bits: 64,
    debug: false,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    storageEngines: ["sqlite"],
    ok: 1,
  });

export const serverStatus: Command = (_request, state) =>
  docOf({
    host: hostname(),
    version: VERSION.slice(0, 3).join("."),
    process: "ringside-embedded",
    pid: process.pid,
    uptime: Math.round(process.uptime()),
    localTime: new Date(state.clock.nowMs()),
    mem: docOf({ resident: Math.round(process.memoryUsage.rss() / (1024 * 1024)) }),
    metrics: docOf({ cursor: docOf({ open: docOf({ total: state.cursors.count }) }) }),
    storageEngine: docOf({ name: "sqlite", persistent: true }),
    ok: 1,
  });

export const connectionStatus: Command = () =>
  docOf({ authInfo: docOf({ authenticatedUsers: [], authenticatedUserRoles: [] }), ok: 1 });

export const whatsmyuri: Command = () => docOf({ you: "127.0.0.1", ok: 1 });

export const getParameter: Command = () =>
  docOf({ featureCompatibilityVersion: docOf({ version: "8.0" }), ok: 1 });

/** Ending a transaction that cannot have begun. */
export const noTransaction: Command = (): Doc => {
  throw new ServerError(251, "There is no transaction: the built-in database has none.");
};
