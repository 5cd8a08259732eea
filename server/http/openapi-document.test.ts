import { createOpenApiDocument } from "#server/http/openapi-document.ts";
import { contract } from "#shared/contract/contract.ts";
import { expect, test } from "vitest";

const document = await createOpenApiDocument({ version: "1.2.3", sessionCookie: "ringside.session_token" });
const operations = Object.values(document.paths ?? {}).flatMap((item) => [item?.get, item?.post]);
const byId = (id: string) => operations.find((operation) => operation?.operationId === id);

test("[HT17] every procedure of the contract is an operation under its own name", () => {
  const names = Object.entries(contract).flatMap(([group, procedures]) =>
    Object.keys(procedures).map((name) => `${group}.${name}`),
  );
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(document.servers).toEqual([{ url: "/api" }]);
  expect(operations.flatMap((operation) => operation?.operationId ?? []).toSorted()).toEqual(
    names.toSorted(),
  );
});

test("[HT17] an operation tells its parameters, its reply, its errors as they are sent, and how to sign in", () => {
  const operation = byId("business.requestAICall");
  const text = JSON.stringify(operation);
  expect(text).toContain('"leadId"');
  expect(text).toContain('"estimated_wait_seconds"');
  expect(text).toContain('"Idempotency-Key"');
  expect(text).toContain('"code":{"const":"MATCH_NOT_INTERESTED"}');
  expect(text).toContain('"retryAfterSeconds"');
  expect(text).not.toContain('"defined"');
  expect(Object.keys(operation?.responses ?? {})).toEqual(
    expect.arrayContaining(["200", "400", "401", "403", "404", "409", "422", "429"]),
  );
  expect(document.security).toEqual([{ bearer: [] }, { session: [] }]);
});

test("[HT17] reading operations have no body and no idempotency key", () => {
  const operation = byId("account.me");
  expect(operation?.requestBody).toBeUndefined();
  expect(JSON.stringify(operation?.parameters ?? [])).not.toContain("Idempotency");
});
