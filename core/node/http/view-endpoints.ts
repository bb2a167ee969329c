import { sendJson, writeJson } from "./answer.js";
import { queryOf } from "./content.js";
import type { Endpoint, Exchange, Realm } from "./endpoint.js";
import type { AnswerBody } from "./piece-writer.js";
import { SharedAnswers } from "./shared-answers.js";

/** What an older endpoint shows, by the query it was asked with. */
export type View = (query: Readonly<Record<string, string | undefined>>) => object;

export interface ViewOptions {
  readonly realm?: Realm;
  readonly gate?: NonNullable<Endpoint["gate"]>;
}

/** A GET endpoint that shows a view as JSON; all who ask for the same at once share one answer. */
export function viewEndpoint(path: string, view: View, options: ViewOptions = {}): Endpoint {
  const answers = new SharedAnswers<AnswerBody>();
  return {
    path,
    methods: ["GET"],
    ...options,
    handle: async (exchange: Exchange) => {
      const { jsonp: _, ...query } = queryOf(exchange.request);
      const body = await answers.get(JSON.stringify(query), () => writeJson(view(query)));
      await sendJson(exchange, body);
    },
  };
}
