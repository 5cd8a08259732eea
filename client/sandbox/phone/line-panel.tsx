import { PHONE } from "#client/sandbox/copy.ts";
import { loudspeaker } from "#client/sandbox/phone/use-phone.ts";
import { Button } from "#client/ui/button.tsx";
import { EmptyState } from "#client/ui/states.tsx";
import { TextField } from "#client/ui/text-field.tsx";
import type { HandsetOrder, HandsetView } from "#shared/sandbox/handset-wire.ts";
import { BellRing, PhoneIncoming, PhoneOff } from "lucide-react";
import { type FormEvent, useState } from "react";

type Order = (order: HandsetOrder) => void;
type LinePanelProps = { line: HandsetView["line"]; order: Order; isQuiet: boolean };

const NUMBER = /^\+[1-9]\d{6,14}$/;

/** Which calls ring here, while none does. */
export function LinePanel({ line, order, isQuiet }: LinePanelProps) {
  switch (line.is) {
    case "off":
      return <ChooseLine order={order} />;
    case "next":
      return (
        <EmptyState icon={BellRing} title={PHONE.waiting}>
          <p>{PHONE.waitingHint}</p>
          <Button className="mt-4" onPress={() => order({ do: "release" })}>
            {PHONE.stopWaiting}
          </Button>
        </EmptyState>
      );
    case "replaced":
      return (
        <EmptyState icon={PhoneOff} title={PHONE.replaced}>
          <ChooseLine order={order} />
        </EmptyState>
      );
    case "on":
      return (
        <div className="flex flex-col items-center gap-4 text-center">
          {isQuiet ? (
            <EmptyState icon={PhoneIncoming} title={PHONE.quiet}>
              <Answering number={line.number} />
              <p>{PHONE.quietHint}</p>
            </EmptyState>
          ) : (
            <p className="text-muted">{PHONE.stillOn}</p>
          )}
          <div className="flex flex-wrap justify-center gap-2">
            {!isQuiet && (
              <Button look="primary" onPress={() => claim(order, null)}>
                {PHONE.next}
              </Button>
            )}
            <Button onPress={() => order({ do: "release" })}>{PHONE.release}</Button>
          </div>
        </div>
      );
  }
}

function Answering({ number }: { number: string }) {
  return (
    <p className="mb-2">
      This page answers <strong className="figures font-medium text-ink">{number}</strong>.
    </p>
  );
}

/** A press is also the moment in which browsers let a page sound. */
function claim(order: Order, number: string | null): void {
  void loudspeaker().resume();
  order({ do: "claim", number });
}

function ChooseLine({ order }: { order: Order }) {
  const [number, setNumber] = useState("");
  const [error, setError] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = number.replaceAll(/[\s().-]/g, "");
    if (NUMBER.test(wanted)) claim(order, wanted);
    else setError(PHONE.numberBad);
  };
  return (
    <div className="flex flex-col gap-4 text-left">
      <p className="text-muted">{PHONE.intro}</p>
      <Button look="primary" size="touch" onPress={() => claim(order, null)}>
        <BellRing aria-hidden size={18} />
        {PHONE.next}
      </Button>
      <p className="text-dense text-muted">{PHONE.nextHint}</p>
      <form onSubmit={submit} noValidate className="flex flex-col gap-3 border-t border-line pt-4">
        <h2 className="text-lead">{PHONE.or}</h2>
        <TextField
          label={PHONE.number}
          description={PHONE.numberHint}
          type="tel"
          autoComplete="off"
          value={number}
          error={error}
          onChange={(next) => {
            setNumber(next);
            setError(undefined);
          }}
        />
        <Button type="submit">{PHONE.claim}</Button>
      </form>
    </div>
  );
}
