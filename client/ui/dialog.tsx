import { Button } from "#client/ui/button.tsx";
import { focusOnMount } from "#client/ui/text-field.tsx";
import { Dialog as AriaDialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import type { ReactNode } from "react";

const WIDTHS = { narrow: "sm:max-w-md", wide: "sm:max-w-2xl", page: "sm:max-w-5xl" } as const;

type DialogProps = {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
  role?: "dialog" | "alertdialog";
  width?: keyof typeof WIDTHS;
};

/** A modal: centred on wide screens, a sheet from below on phones. Focus goes back to the opener. */
export function Dialog({ title, isOpen, onClose, children, role = "dialog", width = "narrow" }: DialogProps) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      isDismissable
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      className="fixed inset-0 z-30 flex items-end justify-center bg-black/45 sm:items-center sm:p-6"
    >
      <Modal
        className={`max-h-[92dvh] w-full overflow-y-auto rounded-t-sheet border border-line bg-surface shadow-overlay sm:rounded-sheet ${WIDTHS[width]}`}
      >
        <AriaDialog role={role} className="p-5 outline-none sm:p-6">
          <Heading slot="title" className="text-large font-strong">
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

type ConfirmDialogProps = {
  title: string;
  body: string;
  confirmLabel: string;
  keepLabel: string;
  isOpen: boolean;
  onConfirm: () => void;
  onClose: () => void;
};

/** One question before something that cannot be undone. The harmless answer has the focus. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Dialog title={props.title} isOpen={props.isOpen} onClose={props.onClose} role="alertdialog">
      <p className="mt-2 text-muted">{props.body}</p>
      <div className="mt-5 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
        <Button ref={focusOnMount} onPress={props.onClose} className="h-12 sm:h-10">
          {props.keepLabel}
        </Button>
        <Button
          look="danger"
          className="h-12 sm:h-10"
          onPress={() => {
            props.onConfirm();
            props.onClose();
          }}
        >
          {props.confirmLabel}
        </Button>
      </div>
    </Dialog>
  );
}
