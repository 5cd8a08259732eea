import { defineConfig, type OxlintOverride } from "oxlint";

/**
 * Who may import whom: one row per folder. A folder may import itself, `shared/` and what its row
 * lists; everything else of ours is refused. `app.ts`, `main.ts` and `config.ts` sit above the table.
 */
const LEAF = ["server/lib", "server/observability"];
const PORTS = ["server/database", "server/telephony", "server/voice", "server/analyst", "server/jobs"];
const BELOW_FEATURES = [...LEAF, ...PORTS];
const FEATURES = [
  "server/accounts",
  "server/audit",
  "server/compliance",
  "server/leads",
  "server/matching",
  "server/booking",
  "server/calls",
  "server/notifications",
  "server/rehearsal",
  "server/insights",
];

const MAY_IMPORT: Record<string, string[]> = {
  shared: [],
  "server/lib": [],
  "server/observability": ["server/lib"],
  "server/database": LEAF,
  "server/telephony": LEAF,
  "server/voice": LEAF,
  "server/analyst": LEAF,
  "server/jobs": LEAF,
  "server/accounts": BELOW_FEATURES,
  "server/audit": [...BELOW_FEATURES, ...FEATURES.slice(0, 1)],
  "server/compliance": [...BELOW_FEATURES, ...FEATURES.slice(0, 2)],
  "server/leads": [...BELOW_FEATURES, ...FEATURES.slice(0, 3)],
  "server/matching": [...BELOW_FEATURES, ...FEATURES.slice(0, 4)],
  "server/booking": [...BELOW_FEATURES, ...FEATURES.slice(0, 5)],
  "server/calls": [...BELOW_FEATURES, ...FEATURES.slice(0, 6)],
  "server/notifications": [...BELOW_FEATURES, ...FEATURES.slice(0, 7)],
  "server/rehearsal": [...BELOW_FEATURES, ...FEATURES.slice(0, 8)],
  "server/insights": [...BELOW_FEATURES, ...FEATURES.slice(0, 9)],
  "server/privacy": [...BELOW_FEATURES, ...FEATURES.slice(0, 7)],
  "server/http": [...BELOW_FEATURES, ...FEATURES],
  "server/realtime": [...BELOW_FEATURES, ...FEATURES],
  "server/sandbox": ["server/lib"],
  "client/ui": [],
  "client/wire": ["client/ui"],
  "client/shell": ["client/ui", "client/wire"],
  "client/calls": ["client/ui", "client/wire"],
  "client/consumer": ["client/ui", "client/wire", "client/calls"],
  "client/business": ["client/ui", "client/wire", "client/calls"],
  "client/sandbox": ["client/ui"],
  "client/supervisor": ["client/ui", "client/wire", "client/calls"],
};

/** Adapters are chosen in the composition root only; features see the port beside them. */
const ADAPTERS = [
  "server/telephony/twilio",
  "server/voice/openai",
  "server/analyst/anthropic",
  "server/jobs/agenda",
  "server/database/embedded",
];

const ours = (folder: string) => `#${folder}/**`;

function importRow(folder: string, allowed: string[]): OxlintOverride {
  const open = ["shared", folder, ...allowed];
  const shut = ADAPTERS.filter((adapter) => !adapter.startsWith(`${folder}/`));
  return {
    files: [`${folder}/**/*.{ts,tsx}`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: [
                "#server/**",
                "#client/**",
                ...open.filter((f) => f !== "shared").map((f) => `!${ours(f)}`),
                ...shut.map(ours),
              ],
              message: `${folder} may import only: itself, ${["shared", ...allowed].join(", ")} (ARCHITECTURE.md, import direction).`,
            },
            { group: ["../*", "./*"], message: "Use the #shared, #server and #client subpath imports." },
          ],
        },
      ],
    },
  };
}

export default defineConfig({
  plugins: ["typescript", "unicorn", "oxc", "import", "react", "jsx-a11y", "promise"],
  categories: { correctness: "error" },
  options: { typeAware: false },
  rules: {
    "typescript/no-explicit-any": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/consistent-type-imports": "error",
    "import/no-default-export": "error",
    "import/no-cycle": "error",
    "no-console": "error",
    "no-empty": ["error", { allowEmptyCatch: false }],
    "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
    "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
    // Express and Socket.IO hand out callbacks; a promise has to end in one.
    "promise/no-callback-in-promise": "off",
    eqeqeq: "error",
    "no-var": "error",
    "prefer-const": "error",
  },
  overrides: [
    ...Object.entries(MAY_IMPORT).map(([folder, allowed]) => importRow(folder, allowed)),
    // A hook behind a condition stops the page on the day that the condition changes.
    { files: ["client/**"], rules: { "react/rules-of-hooks": "error" } },
    { files: ["*.config.ts"], rules: { "import/no-default-export": "off" } },
    {
      files: ["**/*.test.ts", "**/*.test.tsx", "**/*.e2e.ts", "**/*.suite.ts"],
      rules: { "max-lines-per-function": "off", "no-restricted-imports": "off" },
    },
    {
      files: ["server/main.ts", "server/sandbox/main.ts", "e2e/**", "server/database/embedded/main.ts"],
      rules: { "no-console": "off" },
    },
  ],
  ignorePatterns: ["dist", "data", "node_modules"],
});
