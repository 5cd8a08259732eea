import { killOwner } from "#e2e/support/owner-death.ts";
import { startServerPair } from "#e2e/support/server-pair.ts";
import { parseArgs } from "node:util";

/** `node e2e/kill-owner.ts --calls 20 --rounds 3 --seed 1`: kills the owner of live calls again and again; prints figures and what went wrong. */
const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "20" },
    rounds: { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
  },
});
const [calls, rounds, seed] = [Number(values.calls), Number(values.rounds), Number(values.seed)];

const pair = await startServerPair();
try {
  const { faults, recoveredMs } = await killOwner(pair, { calls, rounds, seed });
  const at = (share: number) =>
    recoveredMs[Math.min(recoveredMs.length - 1, Math.floor(share * recoveredMs.length))];
  console.log(
    `${calls * rounds} calls, seed ${seed}: the agent's voice was back after p50 ${at(0.5)} ms, p99 ${at(0.99)} ms.`,
  );
  for (const fault of faults) console.log(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await pair.stop();
}
