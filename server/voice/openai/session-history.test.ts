import { readUpToHere } from "#server/voice/openai/testing/open-session.ts";
import { useScriptedService } from "#server/voice/openai/testing/use-service.ts";
import { nextCall } from "#server/voice/testing/recording-listener.ts";
import type { VoiceTurn } from "#server/voice/voice.ts";
import { expect, test } from "vitest";

const { service, started } = useScriptedService();

const tool: VoiceTurn = {
  speaker: "tool",
  toolCallId: "call_1",
  name: "record_answer",
  argumentsJson: '{"topic":"what","answer":"sink"}',
  output: "Noted.",
};

async function opened(expires_at: unknown, history: VoiceTurn[] = []) {
  const { session, listener } = started({ history });
  await service().connected();
  service().send({ type: "session.created", event_id: "e1", session: { expires_at } });
  await service().next("session.update");
  service().send({ type: "session.updated", event_id: "e2", session: {} });
  await nextCall(listener, "ready");
  return { session, listener };
}

const items = () => service().received.all.flatMap(({ item }) => (item === undefined ? [] : [item]));

test("[VO23] a tool call goes back into the history with its result, and is not announced again", async () => {
  const { session, listener } = await opened(null, [tool, { speaker: "note", text: "Much was said." }]);
  session.recall([{ speaker: "consumer", text: "On Wednesday." }, tool]);
  await readUpToHere(service(), listener);
  await service().received.next(() => items().length === 6);
  const call = {
    type: "function_call",
    call_id: "call_1",
    name: "record_answer",
    arguments: '{"topic":"what","answer":"sink"}',
  };
  const result = { type: "function_call_output", call_id: "call_1", output: "Noted." };
  const message = (role: string, text: string) => ({
    type: "message",
    role,
    content: [{ type: "input_text", text }],
  });
  expect(items()).toEqual([
    call,
    result,
    message("system", "Much was said."),
    { id: "history_3", ...message("user", "On Wednesday.") },
    call,
    result,
  ]);
});

test("[VO23] the session tells when the service will end it, if the service says so", async () => {
  const { session } = await opened(1_800_000_000);
  expect(session.expiresAt).toBe(1_800_000_000_000);
});

test("[VO23] an expiry that is no time is none", async () => {
  const { session } = await opened("soon");
  expect(session.expiresAt).toBeNull();
});
