import { SHELL } from "#client/shell/copy.ts";
import { openSocket } from "#client/wire/socket.ts";
import { type AuthAnswer, HOME, meKey, meQuery } from "#client/wire/session.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";

/** Runs a sign-in or sign-up and then goes where the role starts, or to the page that asked for it. */
export function useEnter<Input>(enter: (input: Input) => Promise<AuthAnswer>, next: string | undefined) {
  const queryClient = useQueryClient();
  const router = useRouter();
  return useMutation({
    mutationFn: async (input: Input) => {
      const answer = await enter(input);
      if (!answer.ok) throw new SignInProblem(answer.sentence);
      queryClient.removeQueries({ queryKey: meKey });
      const me = await queryClient.fetchQuery(meQuery);
      if (me === null) throw new SignInProblem(SHELL.noSession);
      void openSocket();
      router.history.push(next ?? HOME[me.role]);
    },
  });
}

/** Its message is a sentence for the person who signs in. */
class SignInProblem extends Error {}

export function signInSentence(error: Error): string {
  return error instanceof SignInProblem ? error.message : SHELL.unreachable;
}
