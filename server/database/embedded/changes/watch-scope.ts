/** What a change stream looks at: one collection, one database, or everything. */
export type WatchScope =
  | { kind: "collection"; ns: string }
  | { kind: "database"; database: string }
  | { kind: "all" };

/** Whether changes of a namespace (or of a whole database, named alone) are in the scope. */
export function covers(scope: WatchScope, ns: string): boolean {
  switch (scope.kind) {
    case "collection":
      return ns === scope.ns;
    case "database":
      return ns === scope.database || ns.startsWith(`${scope.database}.`);
    case "all":
      return !/^(?:admin|local|config)\./.test(ns);
  }
}

export function scopeKey(scope: WatchScope): string {
  switch (scope.kind) {
    case "collection":
      return `c ${scope.ns}`;
    case "database":
      return `d ${scope.database}`;
    case "all":
      return "a";
  }
}

/** Whether everything in `inner` is in `outer` too. */
export function includes(outer: WatchScope, inner: WatchScope): boolean {
  if (inner.kind === "all") return outer.kind === "all";
  return covers(outer, inner.kind === "collection" ? inner.ns : `${inner.database}.`);
}
