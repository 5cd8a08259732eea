import { CALLS } from "#client/calls/copy.ts";
import { countText, moneyText, spanText } from "#client/ui/format.ts";
import type { Cost, CostDetail } from "#shared/call/cost.ts";

/** What the call cost: the sum, its three parts, and on request what each of them was made of. */
export function CostSplit({ cost }: { cost: Cost }) {
  const parts = [
    [CALLS.costPhone, cost.carrierCents],
    [CALLS.costVoice, cost.voiceCents],
    [CALLS.summary, cost.analystCents],
  ] as const;
  return (
    <div>
      <p className="figures flex flex-wrap gap-x-4">
        <span className="font-medium">
          {moneyText(cost.totalCents)} {cost.estimated ? CALLS.costEstimated : CALLS.costFinal}
        </span>
        {parts.map(([name, cents]) => (
          <span key={name} className="text-muted">
            {name} {moneyText(cents)}
          </span>
        ))}
      </p>
      {cost.detail !== undefined && <Bill detail={cost.detail} analystCents={cost.analystCents} />}
    </div>
  );
}

function Bill({ detail, analystCents }: { detail: CostDetail; analystCents: number }) {
  return (
    <details>
      <summary className="min-h-6 cursor-pointer text-dense text-muted">{CALLS.costMadeOf}</summary>
      <table className="figures w-full text-dense">
        <tbody>
          {linesOf(detail, analystCents).map(([what, amount, cents]) => (
            <tr key={what} className="border-t border-line">
              <th scope="row" className="py-1 text-left font-normal">
                {what}
              </th>
              <td className="text-muted">{amount}</td>
              <td className="text-right">{moneyText(cents)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

type Line = readonly [what: string, amount: string, cents: number];

function linesOf({ carrier, voice, analyst }: CostDetail, analystCents: number): Line[] {
  const { usage, cents } = voice;
  const tokens = (count: number) => countText(count, "token");
  const phone = carrier.attempts.flatMap((one, index): Line[] => {
    const nth = carrier.attempts.length === 1 ? "" : ` ${index + 1}`;
    const span = spanText(one.seconds * 1000);
    return [
      [
        `${CALLS.costConnection}${nth}`,
        one.priced ? `${span}, ${CALLS.costCharged}` : span,
        one.connectionCents,
      ],
      [`${CALLS.costStream}${nth}`, span, one.streamCents],
      [`${CALLS.costDetection}${nth}`, "", one.detectionCents],
    ];
  });
  const all: Line[] = [
    ...phone,
    [CALLS.costHeard, tokens(usage.audioIn - usage.audioInCached), cents.audioIn],
    [CALLS.costHeardAgain, tokens(usage.audioInCached), cents.audioInCached],
    [CALLS.costSpoken, tokens(usage.audioOut), cents.audioOut],
    [CALLS.costRead, tokens(usage.textIn - usage.textInCached), cents.textIn],
    [CALLS.costReadAgain, tokens(usage.textInCached), cents.textInCached],
    [CALLS.costWritten, tokens(usage.textOut), cents.textOut],
    [CALLS.costTranscription, spanText(usage.transcriptionSeconds * 1000), cents.transcription],
  ];
  if (analyst === null) return all;
  return [
    ...all,
    [CALLS.summary, tokens(analyst.usage.inputTokens + analyst.usage.outputTokens), analystCents],
  ];
}
