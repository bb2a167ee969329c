import type { QuotaAccount } from "./quota-ledger.js";

/** A top-level role: where quota is set, for all the roles below it. */
export class TopRole {
  account: QuotaAccount | undefined;
  /** Whether the limit leaves less than any offer must have of what is neither reserved nor revocable. */
  isFull = false;
  /** Whether nothing is missing to the guarantee. */
  isSatisfied = true;
  roles = 0;
  servedRoles = 0;

  constructor(readonly name: string) {}
}

/** The top-level roles, and how many of the roles that are served quotas leave something to. */
export class TopRoles {
  private readonly tops = new Map<string, TopRole>();
  /** Served roles whose limit is not reached. */
  open = 0;
  /** Served roles whose guarantee is not satisfied. */
  unsatisfied = 0;

  get(name: string): TopRole {
    let top = this.tops.get(name);
    if (!top) {
      top = new TopRole(name);
      this.tops.set(name, top);
    }
    return top;
  }

  find(name: string): TopRole | undefined {
    return this.tops.get(name);
  }

  addRole(top: TopRole): void {
    top.roles++;
  }
  removeRole(top: TopRole): void {
    top.roles--;
    this.forgetUnused(top);
  }

  setAccount(top: TopRole, account: QuotaAccount | undefined): void {
    top.account = account;
    if (account) return;
    this.setState(top, { isFull: false, isSatisfied: true });
    this.forgetUnused(top);
  }
  private forgetUnused(top: TopRole): void {
    if (top.roles === 0 && !top.account) this.tops.delete(top.name);
  }

  serve(top: TopRole, change: 1 | -1): void {
    top.servedRoles += change;
    if (!top.isFull) this.open += change;
    if (!top.isSatisfied) this.unsatisfied += change;
  }

  setState(top: TopRole, state: { readonly isFull: boolean; readonly isSatisfied: boolean }): void {
    if (top.isFull !== state.isFull) this.open += state.isFull ? -top.servedRoles : top.servedRoles;
    if (top.isSatisfied !== state.isSatisfied) {
      this.unsatisfied += state.isSatisfied ? -top.servedRoles : top.servedRoles;
    }
    top.isFull = state.isFull;
    top.isSatisfied = state.isSatisfied;
  }
}
