import { LINK_PREFIX } from "#shared/call-link.ts";

const PATH_PREFIX = "/c/";

/** The signed link in a page's address, `/c/<token>`; null for the pages behind the sign-in. */
export function linkTokenOf(pathname: string): string | null {
  if (!pathname.startsWith(PATH_PREFIX + LINK_PREFIX)) return null;
  return pathname.slice(PATH_PREFIX.length);
}

/** The link by which this page was opened: everything it asks the server is asked as the bearer of that link. */
export const linkToken = (): string | null => linkTokenOf(window.location.pathname);
