import { sendBody } from "./answer.js";
import { acceptedEncoding, type Checked, type Encoding } from "./content.js";
import type { Endpoint, Exchange } from "./endpoint.js";
import type { AnswerBody } from "./piece-writer.js";
import { sendRefusal } from "./refusal.js";
import { SharedAnswers } from "./shared-answers.js";

/** What answers one type of call that changes nothing. */
export type Read<Call, Response> =
  /** Depends on nothing but the type of the call: all who ask at once share the answer. */
  | { readonly type: "SHARED"; readonly answer: () => Response }
  | {
      readonly type: "SINGLE";
      readonly answer: (call: Call) => Promise<Checked<Response>>;
    };

export interface OperatorApiOptions<Call, Response> {
  readonly gate: NonNullable<Endpoint["gate"]>;
  readonly readCall: (exchange: Exchange) => Checked<Call>;
  readonly writeResponse: (response: Response, encoding: Encoding) => Promise<AnswerBody>;
  readonly reads: ReadonlyMap<string, Read<Call, Response>>;
  /** Takes a call that is not a read, to answer it later; false if nobody does. */
  readonly deliver: (exchange: Exchange, encoding: Encoding, call: Call) => boolean;
}

/** `POST /api/v1`: the operator API of a master or an agent. A call that nobody takes is answered with 501. */
export class OperatorApi<Call extends { readonly type?: string }, Response> implements Endpoint {
  readonly path = "/api/v1";
  readonly methods = ["POST"] as const;
  readonly realm = "readwrite";
  readonly gate;
  private readonly answers = new SharedAnswers<AnswerBody>();

  constructor(private readonly options: OperatorApiOptions<Call, Response>) {
    this.gate = options.gate;
  }

  async handle(exchange: Exchange): Promise<void> {
    const call = this.options.readCall(exchange);
    if ("refusal" in call) return void sendRefusal(exchange.reply, call.refusal);
    const accepted = acceptedEncoding(exchange.request);
    if ("refusal" in accepted) return void sendRefusal(exchange.reply, accepted.refusal);
    const refusal = await this.answer(exchange, accepted.value, call.value);
    if (refusal !== undefined) sendRefusal(exchange.reply, refusal);
  }

  private async answer(exchange: Exchange, encoding: Encoding, call: Call) {
    const { reads, deliver, writeResponse } = this.options;
    const { type } = call;
    if (type === undefined) return { status: 400, message: "type: required, but not set" };
    const read = reads.get(type);
    if (read === undefined)
      return deliver(exchange, encoding, call)
        ? undefined
        : { status: 501, message: `${type} is not implemented` };
    if (read.type === "SHARED") {
      const make = () => writeResponse(read.answer(), encoding);
      const body = await this.answers.get(`${type} ${encoding}`, make);
      await sendBody(exchange, body, encoding);
      return undefined;
    }
    const result = await read.answer(call);
    if ("refusal" in result) return result.refusal;
    await sendBody(exchange, await writeResponse(result.value, encoding), encoding);
    return undefined;
  }
}
