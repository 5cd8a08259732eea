import { LoaderCircle } from "lucide-react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components/Button";
import type { ReactNode, Ref } from "react";

export type ButtonLook = "primary" | "secondary" | "quiet" | "danger";
export type ButtonSize = "dense" | "app" | "touch";

const BASE =
  "inline-flex items-center justify-center gap-2 whitespace-nowrap rounded-control font-medium select-none " +
  "transition-colors duration-120 ease-out focus-visible:ring-focus disabled:opacity-50 disabled:cursor-not-allowed";

const LOOKS: Record<ButtonLook, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent/90 pressed:bg-accent/80",
  secondary: "border border-control bg-surface text-ink hover:bg-sunken pressed:bg-idle-soft",
  quiet: "text-ink hover:bg-idle-soft pressed:bg-line",
  danger: "border border-bad bg-surface text-bad hover:bg-bad-soft pressed:bg-bad-soft",
};

const SIZES: Record<ButtonSize, string> = {
  dense: "h-8 px-3 text-dense",
  app: "h-10 px-4 text-body",
  touch: "h-12 px-5 text-lead",
};

/** The same look for a link that acts as a button. */
export function buttonClass(look: ButtonLook = "secondary", size: ButtonSize = "app", extra = ""): string {
  return `${BASE} ${LOOKS[look]} ${SIZES[size]} ${extra}`;
}

type ButtonProps = Omit<AriaButtonProps, "className" | "children" | "isPending"> & {
  ref?: Ref<HTMLButtonElement>;
  look?: ButtonLook;
  size?: ButtonSize;
  className?: string;
  /** It works on it: the button keeps the focus, says so and takes no second press. */
  isPending?: boolean;
  children: ReactNode;
};

/** A button. The library's own pending state announces elements that may be gone by then, so this one is ours. */
export function Button({ look, size, className, isPending = false, children, ...rest }: ButtonProps) {
  const { onPress, type = "button", ...plain } = rest;
  return (
    <AriaButton
      {...plain}
      type={isPending ? "button" : type}
      {...(!isPending && onPress !== undefined && { onPress })}
      className={buttonClass(look, size, `${className ?? ""} ${isPending ? "opacity-70" : ""}`)}
    >
      {isPending && <LoaderCircle aria-hidden size={16} className="animate-spin" />}
      {children}
      {isPending && <span className="sr-only">, under way</span>}
    </AriaButton>
  );
}

type IconButtonProps = Omit<AriaButtonProps, "className" | "children" | "aria-label"> & {
  label: string;
  className?: string;
  children: ReactNode;
};

/** A square button with an icon; the label is read aloud and shown as a hint. */
export function IconButton({ label, className = "", children, ...rest }: IconButtonProps) {
  return (
    <AriaButton
      {...rest}
      aria-label={label}
      className={`${BASE} ${LOOKS.quiet} size-11 shrink-0 sm:size-9 ${className}`}
    >
      {children}
    </AriaButton>
  );
}
