import { SHELL } from "#client/shell/copy.ts";
import { keysText, matching, type PaletteItem } from "#client/shell/palette-items.ts";
import { PAGES } from "#client/shell/pages.ts";
import { Dialog } from "#client/ui/dialog.tsx";
import { PALETTE_KEYS, usePaletteKeys } from "#client/ui/shortcuts.ts";
import { CONTROL, focusOnMount } from "#client/ui/text-field.tsx";
import { useThemeChoice } from "#client/ui/theme.ts";
import { useSettled } from "#client/ui/use-settled.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { Role } from "#shared/contract/account.ts";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Autocomplete } from "react-aria-components/Autocomplete";
import { Input } from "react-aria-components/Input";
import { Menu, MenuItem } from "react-aria-components/Menu";
import { TextField } from "react-aria-components/TextField";
import { useState } from "react";

const SHORTEST_SEARCH = 2;
const STILL_MS = 250;
const CALLS_SHOWN = 5;

/** Pages, calls and settings by a few typed letters; opened by ⌘K or Ctrl-K, or by its button. */
export function Palette({ role }: { role: Role }) {
  const [isOpen, setOpen] = useState(false);
  usePaletteKeys(() => setOpen(true));
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="hidden rounded-control px-2 py-1 text-dense text-muted hover:bg-idle-soft lg:block"
      >
        {SHELL.palette} <kbd className="font-sans">{PALETTE_KEYS}</kbd>
      </button>
      <Dialog title={SHELL.paletteTitle} isOpen={isOpen} onClose={() => setOpen(false)} width="wide">
        <PaletteBody role={role} onClose={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

/** Calls by name or objective; nobody types these words into an address. */
function useCallItems(role: Role, typed: string): readonly PaletteItem[] {
  const navigate = useNavigate();
  const search = useSettled(typed.trim(), STILL_MS);
  const query = useQuery(
    rpc.call.list.queryOptions({
      input: { search, limit: CALLS_SHOWN },
      enabled: role !== "consumer" && search.length >= SHORTEST_SEARCH,
    }),
  );
  if (search.length < SHORTEST_SEARCH || search !== typed.trim()) return [];
  return (query.data?.calls ?? []).map(({ callId, businessName, consumerName, objective }) => ({
    id: callId,
    label: `${businessName} → ${consumerName}`,
    hint: objective,
    run: () => void navigate({ to: "/calls/$callId", params: { callId } }),
  }));
}

function useItems(role: Role, typed: string): readonly PaletteItem[] {
  const navigate = useNavigate();
  const [, chooseTheme] = useThemeChoice();
  const calls = useCallItems(role, typed);
  const pages = PAGES[role].map(({ to, label, keys }) => ({
    id: to,
    label: `Go to ${label}`,
    ...(keys !== undefined && { hint: keysText(keys) }),
    run: () => void navigate({ to }),
  }));
  const themes = (["system", "light", "dark"] as const).map((theme) => ({
    id: theme,
    label: `Theme: ${theme}`,
    run: () => chooseTheme(theme),
  }));
  return [...matching([...pages, ...themes], typed), ...calls];
}

function PaletteBody({ role, onClose }: { role: Role; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const items = useItems(role, typed);
  const choose = (item: PaletteItem) => {
    onClose();
    item.run();
  };
  return (
    <div className="mt-3 flex flex-col gap-3">
      <Autocomplete inputValue={typed} onInputChange={setTyped}>
        <TextField aria-label={SHELL.paletteField}>
          <Input ref={focusOnMount} placeholder={SHELL.paletteField} className={`${CONTROL} h-11`} />
        </TextField>
        <Menu aria-label={SHELL.paletteTitle} items={items} className="flex flex-col outline-none">
          {(item) => (
            <MenuItem
              textValue={item.label}
              onAction={() => choose(item)}
              className="flex min-h-11 cursor-pointer items-center justify-between gap-4 rounded-control px-3 outline-none hover:bg-idle-soft focus:bg-accent-soft focus:text-accent"
            >
              <span className="shrink-0">{item.label}</span>
              {item.hint !== undefined && (
                <span className="figures truncate text-dense text-muted">{item.hint}</span>
              )}
            </MenuItem>
          )}
        </Menu>
      </Autocomplete>
      <output className={items.length === 0 ? "text-muted" : "sr-only"}>
        {items.length === 0 ? SHELL.paletteNone : `${items.length} found`}
      </output>
    </div>
  );
}
