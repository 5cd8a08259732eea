import { SOUND } from "#client/calls/audio/copy.ts";
import { Holding, type HoldingState } from "#client/calls/audio/holding.ts";
import { openMicrophone } from "#client/ui/microphone.ts";
import { useStore } from "#client/ui/store.ts";
import { problemSentence } from "#client/wire/errors.ts";
import { client } from "#client/wire/rpc.ts";
import { sendMic } from "#client/wire/socket.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import { ORPCError } from "@orpc/client";
import { useEffect, useMemo } from "react";

const parts = {
  openMicrophone,
  takeOver: (callId: string) => client.call.takeOver({ callId }),
  giveBack: (callId: string, instruction: string) =>
    client.call.giveBack({ callId, ...(instruction !== "" && { instruction }) }),
  send: sendMic,
  sentenceOf(error: unknown): string {
    const held =
      error instanceof ORPCError && error.code === "HELD" ? ERRORS.HELD.data.safeParse(error.data) : null;
    return held?.success === true ? `${held.data.holderName} ${SOUND.isOnTheCall}` : problemSentence(error);
  },
};

/** Speaking in one call; the microphone closes with the page. */
export function useHolding(callId: string): { holding: Holding; state: HoldingState } {
  const holding = useMemo(() => new Holding(callId, parts), [callId]);
  useEffect(() => () => holding.stop(), [holding]);
  return { holding, state: useStore(holding) };
}
