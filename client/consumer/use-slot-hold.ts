import { CONSUMER } from "#client/consumer/copy.ts";
import { refusalText } from "#client/consumer/refusal.ts";
import { useNowMs } from "#client/ui/clock.ts";
import { problemCode } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

type Chosen = { startsAt: string; hold: { holdId: string; expiresAt: string } | null };

export type SlotHold = {
  /** The slot that was tapped; held once `holdId` is there. */
  startsAt: string | null;
  holdId: string | null;
  /** How long it is still kept; null before it is. */
  leftMs: number | null;
  /** The slot that somebody else has taken meanwhile. */
  gone: string | null;
  /** Why it can't be had, or is kept no longer. */
  problem: string | null;
  choose: (startsAt: string) => void;
  letGo: () => void;
  /** What came of asking for the held slot. */
  refused: (error: unknown) => void;
};

/** Keeps a slot on the server while the person decides: the first of two taps. */
export function useSlotHold(businessId: string): SlotHold {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [gone, setGone] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [nowMs, serverNowMs] = [useNowMs(), useServerNowMs()];
  const queryClient = useQueryClient();
  const lose = (startsAt: string | null, error: unknown) => {
    const isTaken = problemCode(error) === "SLOT_NOT_FREE";
    setChosen(null);
    setGone(isTaken ? startsAt : null);
    setProblem(isTaken ? null : refusalText(error, nowMs));
    void queryClient.invalidateQueries({ queryKey: rpc.booking.slots.key() });
  };
  const take = useMutation(
    rpc.booking.hold.mutationOptions({
      // A slot that was tapped later counts; the answer about an earlier one changes nothing.
      onSuccess: (hold, { startsAt }) =>
        setChosen((now) => (now?.startsAt === startsAt ? { startsAt, hold } : now)),
      onError: (error, { startsAt }) => lose(startsAt, error),
    }),
  );
  const release = useMutation(
    rpc.booking.release.mutationOptions({ onError: (error) => setProblem(refusalText(error, nowMs)) }),
  );
  const kept = chosen?.hold ?? null;
  const leftMs = kept === null ? null : Date.parse(kept.expiresAt) - serverNowMs;
  const isOver = leftMs !== null && leftMs <= 0;
  return {
    startsAt: isOver ? null : (chosen?.startsAt ?? null),
    holdId: isOver ? null : (kept?.holdId ?? null),
    leftMs: isOver ? null : leftMs,
    gone,
    problem: isOver ? CONSUMER.holdOver : problem,
    choose(startsAt) {
      setChosen({ startsAt, hold: null });
      setGone(null);
      setProblem(null);
      take.mutate({ businessId, startsAt });
    },
    letGo() {
      if (kept !== null) release.mutate({ holdId: kept.holdId });
      setChosen(null);
    },
    refused: (error) => lose(chosen?.startsAt ?? null, error),
  };
}
