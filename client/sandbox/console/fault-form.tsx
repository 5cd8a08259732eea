import { CONSOLE } from "#client/sandbox/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { Select } from "#client/ui/select.tsx";
import { TextField } from "#client/ui/text-field.tsx";
import {
  FAULT_CATALOGUE,
  type FaultKind,
  faultOrderOf,
  type FaultValue,
} from "#shared/sandbox/fault-catalogue.ts";
import { Zap } from "lucide-react";
import { type FormEvent, useState } from "react";

type Peer = FaultKind["peer"];
const PEERS = (["phone", "voice", "analyst"] as const).map((value) => ({
  value,
  label: CONSOLE.peers[value],
}));
const nameOf = ({ fault, targets }: FaultKind) => (targets[0] === "callback" ? `callback ${fault}` : fault);
const labelOf = (kind: FaultKind) =>
  kind.effect === kind.fault ? nameOf(kind) : `${nameOf(kind)} (${kind.effect})`;
const ofPeer = (peer: Peer) => FAULT_CATALOGUE.filter((kind) => kind.peer === peer);

type FaultFormProps = { arm: (order: unknown) => void; isPending: boolean };

/** One fault: whose, which, where, how often. */
export function FaultForm({ arm, isPending }: FaultFormProps) {
  const [peer, setPeer] = useState<Peer>("phone");
  const [name, setName] = useState("");
  const [target, setTarget] = useState("");
  const [times, setTimes] = useState("1");
  const [to, setTo] = useState("");
  const [given, setGiven] = useState<Readonly<Record<string, string>>>({});
  const kinds = ofPeer(peer);
  const kind = kinds.find((one) => nameOf(one) === name) ?? kinds[0];
  if (kind === undefined) return null;
  const struck = kind.targets.includes(target) ? target : (kind.targets[0] ?? null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const only = peer === "phone" && to.trim() !== "" ? { to: to.trim() } : {};
    arm({ ...faultOrderOf(kind, struck, given), times: Number(times), ...only });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 rounded-card border border-line bg-surface p-4">
      <Select label={CONSOLE.peer} value={peer} onChange={setPeer} options={PEERS} />
      <Select
        label={CONSOLE.what}
        value={nameOf(kind)}
        onChange={(next) => {
          setName(next);
          setGiven({});
        }}
        options={kinds.map((one) => ({ value: nameOf(one), label: labelOf(one) }))}
        description={kind.does}
      />
      {struck !== null && kind.targets.length > 1 && (
        <Select
          label={CONSOLE.target}
          value={struck}
          onChange={setTarget}
          options={kind.targets.map((value) => ({ value, label: value }))}
        />
      )}
      {kind.values.map((value) => (
        <Value
          key={`${nameOf(kind)} ${value.name}`}
          value={value}
          given={given[value.name] ?? value.start}
          give={(next) => setGiven({ ...given, [value.name]: next })}
        />
      ))}
      <TextField label={CONSOLE.times} inputMode="numeric" value={times} onChange={setTimes} />
      {peer === "phone" && (
        <TextField label={CONSOLE.to} description={CONSOLE.toHint} type="tel" value={to} onChange={setTo} />
      )}
      <Button look="primary" type="submit" isPending={isPending}>
        <Zap aria-hidden size={16} />
        {CONSOLE.arm}
      </Button>
    </form>
  );
}

type ValueProps = { value: FaultValue; given: string; give: (next: string) => void };

function Value({ value: { label, choices }, given, give }: ValueProps) {
  if (choices === undefined)
    return <TextField label={label} inputMode="numeric" value={given} onChange={give} />;
  return (
    <Select
      label={label}
      value={given}
      onChange={give}
      options={choices.map((one) => ({ value: one, label: one }))}
    />
  );
}
