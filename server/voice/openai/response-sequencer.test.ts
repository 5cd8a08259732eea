import {
  type AnswerRequest,
  ResponseSequencer,
  type SequencerWire,
} from "#server/voice/openai/response-sequencer.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { describe, expect, test } from "vitest";

const CONFLICT = "conversation_already_has_active_response";

function ask(purpose: AnswerRequest["purpose"], instructions: string | null = null): AnswerRequest {
  return { purpose, instructions, isRetry: false };
}

function bench() {
  const clock = new ManualClock();
  const sent: string[] = [];
  const wire: SequencerWire = {
    create: (id, { purpose }) => sent.push(`create ${id} ${purpose}`),
    cancel: (responseId) => sent.push(`cancel ${responseId}`),
    gaveUp: (id, _request, code) => sent.push(`gave up ${id} ${code}`),
    stuck: (responseId) => sent.push(`stuck ${responseId}`),
  };
  const sequencer = new ResponseSequencer(clock, wire);
  sequencer.start();
  return { clock, sent, sequencer };
}

describe("[VO5] one answer at a time", () => {
  test("nothing is asked for before the session is ready", () => {
    const sent: string[] = [];
    const wire: SequencerWire = {
      create: (id) => sent.push(id),
      cancel: () => undefined,
      gaveUp: () => undefined,
      stuck: () => undefined,
    };
    const sequencer = new ResponseSequencer(new ManualClock(), wire);
    sequencer.request(ask("say"));
    expect(sent).toEqual([]);
    sequencer.start();
    expect(sent).toEqual(["answer_1"]);
  });

  test("a second request waits for the end of the first answer", () => {
    const { sequencer, sent } = bench();
    sequencer.request(ask("respond"));
    sequencer.request(ask("respond"));
    sequencer.created("resp_1", "answer_1");
    expect(sent).toEqual(["create answer_1 respond"]);
    sequencer.ended("resp_1", "answer_1");
    expect(sent).toEqual(["create answer_1 respond", "create answer_2 respond"]);
  });

  test("exact words go before answers that wait, in their own order", () => {
    const { sequencer, sent } = bench();
    sequencer.created("resp_vad", null);
    sequencer.request(ask("respond"));
    sequencer.request(ask("say"));
    sequencer.request(ask("say"));
    sequencer.ended("resp_vad", null);
    sequencer.created("resp_2", "answer_2");
    sequencer.ended("resp_2", "answer_2");
    sequencer.created("resp_3", "answer_3");
    sequencer.ended("resp_3", "answer_3");
    expect(sent).toEqual(["create answer_2 say", "create answer_3 say", "create answer_1 respond"]);
  });

  test("an answer the service makes for a turn holds back ours", () => {
    const { sequencer, sent } = bench();
    sequencer.created("resp_vad", null);
    sequencer.request(ask("say"));
    expect(sent).toEqual([]);
    sequencer.ended("resp_vad", null);
    expect(sent).toEqual(["create answer_1 say"]);
  });

  test("a 17th waiting request is refused aloud", () => {
    const { sequencer, sent } = bench();
    sequencer.created("resp_vad", null);
    for (let count = 0; count < 17; count += 1) sequencer.request(ask("respond"));
    expect(sent).toEqual(["gave up answer_17 too_many_requests_waiting"]);
  });
});

describe("[VO6] races with the service", () => {
  test("our request loses to an answer the service has just begun: it is sent again after that answer", () => {
    const { sequencer, sent } = bench();
    sequencer.request(ask("say"));
    sequencer.created("resp_vad", null);
    sequencer.refused(CONFLICT, null);
    expect(sent).toEqual(["create answer_1 say"]);
    sequencer.ended("resp_vad", null);
    expect(sent).toEqual(["create answer_1 say", "create answer_1 say"]);
  });

  test("the refusal arrives after the other answer's end: a pause, then again", () => {
    const { sequencer, sent, clock } = bench();
    sequencer.request(ask("say"));
    sequencer.created("resp_vad", null);
    sequencer.ended("resp_vad", null);
    sequencer.refused(CONFLICT, "answer_1");
    expect(sent).toEqual(["create answer_1 say"]);
    clock.advance(1000);
    expect(sent).toEqual(["create answer_1 say", "create answer_1 say"]);
  });

  test("losing this race again and again never gives words up", () => {
    const { sequencer, sent } = bench();
    sequencer.request(ask("say"));
    for (const turn of ["resp_a", "resp_b", "resp_c"]) {
      sequencer.created(turn, null);
      sequencer.refused(CONFLICT, null);
      sequencer.ended(turn, null);
    }
    expect(sent).toEqual(Array(4).fill("create answer_1 say"));
  });

  test("a refusal of somebody else's event leaves our request alone", () => {
    const { sequencer, sent } = bench();
    sequencer.request(ask("say"));
    sequencer.refused("invalid_value", "other_event");
    sequencer.refused("invalid_value", null);
    sequencer.created("resp_1", "answer_1");
    expect(sequencer.requestOf("resp_1")).toEqual(ask("say"));
    expect(sent).toEqual(["create answer_1 say"]);
  });

  test("a request refused for itself is tried once more, then given up", () => {
    const { sequencer, sent, clock } = bench();
    sequencer.request(ask("say"));
    sequencer.refused("invalid_value", "answer_1");
    clock.advance(1000);
    sequencer.refused("invalid_value", "answer_1");
    expect(sent).toEqual(["create answer_1 say", "create answer_1 say", "gave up answer_1 invalid_value"]);
  });

  test("response.created comes without our metadata, response.done with it", () => {
    const { sequencer, sent } = bench();
    sequencer.request(ask("say"));
    sequencer.created("resp_1", null);
    expect(sequencer.ended("resp_1", "answer_1")).toEqual(ask("say"));
    sequencer.request(ask("respond"));
    expect(sent).toEqual(["create answer_1 say", "create answer_2 respond"]);
  });

  test("response.done comes without response.created", () => {
    const { sequencer, sent } = bench();
    sequencer.request(ask("say"));
    expect(sequencer.ended("resp_1", "answer_1")).toEqual(ask("say"));
    sequencer.request(ask("respond"));
    expect(sent).toEqual(["create answer_1 say", "create answer_2 respond"]);
  });

  test("response.created comes after response.done: nothing starts", () => {
    const { sequencer, sent } = bench();
    sequencer.request(ask("say"));
    sequencer.ended("resp_1", "answer_1");
    sequencer.created("resp_1", "answer_1");
    sequencer.request(ask("respond"));
    expect(sent).toEqual(["create answer_1 say", "create answer_2 respond"]);
  });

  test("no reply to a request: it is sent again after 5 s; the late reply to the first counts", () => {
    const { sequencer, sent, clock } = bench();
    sequencer.request(ask("say"));
    clock.advance(5000);
    sequencer.created("resp_1", "answer_1");
    sequencer.refused(CONFLICT, "answer_1");
    sequencer.ended("resp_1", "answer_1");
    clock.advance(60_000);
    expect(sent).toEqual(["create answer_1 say", "create answer_1 say"]);
  });

  test("no reply at all: given up after the second try, the next one goes on", () => {
    const { sequencer, sent, clock } = bench();
    sequencer.request(ask("say"));
    sequencer.request(ask("respond"));
    clock.advance(10_000);
    expect(sent).toEqual([
      "create answer_1 say",
      "create answer_1 say",
      "gave up answer_1 no_reply",
      "create answer_2 respond",
    ]);
  });

  test("an answer without an end is cancelled after 30 s and forgotten after 32 s", () => {
    const { sequencer, sent, clock } = bench();
    sequencer.created("resp_1", null);
    sequencer.request(ask("say"));
    clock.advance(30_000);
    expect(sent).toEqual(["cancel resp_1"]);
    clock.advance(2000);
    expect(sent).toEqual(["cancel resp_1", "stuck resp_1", "create answer_1 say"]);
  });

  test("our second try for a turn gives way to the service's own answer", () => {
    const { sequencer, sent } = bench();
    sequencer.request(ask("rescue"));
    sequencer.created("resp_vad", null);
    sequencer.refused(CONFLICT, "answer_1");
    sequencer.ended("resp_vad", null);
    expect(sent).toEqual(["create answer_1 rescue"]);
  });
});

describe("[VO7] cancelling", () => {
  test("the running answer is cancelled by its id, once", () => {
    const { sequencer, sent } = bench();
    sequencer.created("resp_1", null);
    sequencer.cancel();
    sequencer.cancel();
    expect(sent).toEqual(["cancel resp_1"]);
  });

  test("cancelled before response.created: the cancel follows as soon as the answer has an id", () => {
    const { sequencer, sent } = bench();
    sequencer.request(ask("say"));
    sequencer.cancel();
    expect(sent).toEqual(["create answer_1 say"]);
    sequencer.created("resp_1", "answer_1");
    expect(sent).toEqual(["create answer_1 say", "cancel resp_1"]);
  });

  test("cancelled before it was refused: it is not sent again", () => {
    const { sequencer, sent } = bench();
    sequencer.request(ask("say"));
    sequencer.created("resp_vad", null);
    sequencer.cancel();
    sequencer.refused(CONFLICT, "answer_1");
    sequencer.ended("resp_vad", null);
    expect(sent).toEqual(["create answer_1 say", "cancel resp_vad"]);
  });

  test("a cancel does not end the wait: the next request is sent after response.done", () => {
    const { sequencer, sent } = bench();
    sequencer.created("resp_1", null);
    sequencer.cancel();
    sequencer.request(ask("say"));
    expect(sent).toEqual(["cancel resp_1"]);
    sequencer.ended("resp_1", null);
    expect(sent).toEqual(["cancel resp_1", "create answer_1 say"]);
  });

  test("nothing was left to cancel: the wait ends", () => {
    const { sequencer, sent } = bench();
    sequencer.created("resp_1", null);
    sequencer.cancel();
    sequencer.request(ask("say"));
    sequencer.cancelRefused();
    expect(sent).toEqual(["cancel resp_1", "create answer_1 say"]);
  });

  test("what waits is not cancelled", () => {
    const { sequencer, sent } = bench();
    sequencer.created("resp_1", null);
    sequencer.request(ask("say"));
    sequencer.cancel();
    sequencer.ended("resp_1", null);
    sequencer.created("resp_2", "answer_1");
    expect(sent).toEqual(["cancel resp_1", "create answer_1 say"]);
  });

  test("after stop no timer is left", () => {
    const { sequencer, clock } = bench();
    sequencer.created("resp_1", null);
    sequencer.request(ask("say"));
    sequencer.stop();
    expect(clock.pending).toBe(0);
  });

  test("an answer that was cancelled after stop was waited for, and reported as stuck", () => {
    const { sequencer, clock, sent } = bench();
    sequencer.created("resp_1", null);
    sequencer.stop();
    sequencer.cancel();
    expect([clock.pending, sent]).toEqual([0, []]);
  });
});

test("[VO6] an answer of the service's own, refused as it begins, took the words with it that had just been asked for", () => {
  const { sequencer, sent } = bench();
  sequencer.request(ask("say"));
  sequencer.cancelAnswer("resp_own");
  sequencer.created("resp_own", null);
  sequencer.refused(CONFLICT, "answer_1");
  expect(sent).toEqual(["create answer_1 say", "cancel resp_own"]);
  sequencer.ended("resp_own", null);
  expect(sent.at(-1)).toBe("create answer_1 say");
});
