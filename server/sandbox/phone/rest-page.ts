/** One page of a list, as Twilio's REST interface cuts it. */
export function pageOf<T>(
  key: string,
  all: readonly T[],
  path: string,
  query: URLSearchParams,
): Readonly<Record<string, unknown>> {
  const pageSize = Math.min(1000, Math.max(1, Number(query.get("PageSize") ?? 50) || 50));
  const page = Math.max(0, Number(query.get("Page") ?? 0) || 0);
  const start = page * pageSize;
  const items = all.slice(start, start + pageSize);
  const uriOf = (number: number) => {
    const link = new URLSearchParams(query);
    link.set("PageSize", String(pageSize));
    link.set("Page", String(number));
    link.set("PageToken", `PA${number}`);
    return `${path}?${link}`;
  };
  return {
    [key]: items,
    page,
    page_size: pageSize,
    start,
    end: start + Math.max(0, items.length - 1),
    uri: uriOf(page),
    first_page_uri: uriOf(0),
    next_page_uri: start + pageSize < all.length ? uriOf(page + 1) : null,
    previous_page_uri: page > 0 ? uriOf(page - 1) : null,
  };
}
