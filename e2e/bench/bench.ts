import { measureApi } from "#e2e/bench/api.ts";
import { headOf, pageOf, writeFigures } from "#e2e/bench/figures.ts";
import { measureLine, type LineFigures } from "#e2e/bench/line.ts";
import { measureMarket, type MarketFigures } from "#e2e/bench/market.ts";
import { measureSchedule } from "#e2e/bench/schedule.ts";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    /** api, line, market, schedule, or all of them */
    part: { type: "string", default: "all" },
    /** Writes FIGURES.md. */
    figures: { type: "boolean", default: false },
    "live-calls": { type: "string", default: "50" },
    "per-second": { type: "string", default: "50,100,300" },
    seconds: { type: "string", default: "20" },
    /** Priority of the API's run, as in `npm run load`. */
    nice: { type: "string", default: "0" },
    /** Flags of node for the server under load. */
    flags: { type: "string", default: "" },
    sizes: { type: "string", default: "1000x10000,10000x100000" },
    times: { type: "string", default: "200" },
    calls: { type: "string", default: "5000" },
    minutes: { type: "string", default: "10" },
    waiting: { type: "string", default: "50,500,5000" },
  },
});

const wants = (part: string) => options.part === "all" || options.part === part;
const head = headOf(`npm run bench -- ${process.argv.slice(2).join(" ")}`);

function tell(measured: Parameters<typeof writeFigures>[0]): void {
  console.log(pageOf(measured));
  if (options.figures) writeFigures(measured);
}

if (wants("market")) {
  const figures: MarketFigures[] = [];
  for (const size of options.sizes.split(",")) {
    const [businesses = 0, leads = 0] = size.split("x").map(Number);
    figures.push(await measureMarket({ businesses, leads }, Number(options.times)));
  }
  tell({ market: { head, figures } });
}
if (wants("line")) {
  const figures: LineFigures[] = [];
  for (const waiting of options.waiting.split(",")) figures.push(await measureLine(Number(waiting)));
  tell({ line: { head, figures } });
}
if (wants("schedule")) {
  const figures = await measureSchedule(Number(options.calls), Number(options.minutes));
  tell({ schedule: { head, figures } });
}
if (wants("api")) {
  const figures = await measureApi({
    calls: Number(options["live-calls"]),
    perSecond: options["per-second"].split(",").map(Number),
    seconds: Number(options.seconds),
    warmSeconds: 5,
    nice: Number(options.nice),
    nodeFlags: options.flags.split(" ").filter((flag) => flag !== ""),
  });
  tell({ api: { head, figures } });
}
