/** Who a request comes from, as its authenticator says; never read from the message itself. */
export interface Principal {
  readonly value?: string;
  readonly claims?: Readonly<Record<string, string>>;
}
