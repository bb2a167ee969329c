import type { FrameworkId } from "../../../core/base/ids.js";
import type { Sorter, SorterFactory, SorterOptions } from "../../../core/contracts/sorter.js";
import { accumulate, type ResourceQuantities } from "../../../core/resources/quantities.js";
import { topLevelRole } from "../../../core/resources/roles.js";
import { Client, type ClientTerms, type FrameworkState } from "./framework-state.js";
import { RoleState } from "./role-state.js";
import type { TopRoles } from "./top-roles.js";

/**
 * The roles, and the sorters of roles and of each role's frameworks. A role is there as long as a framework is a client of
 * it, and is served while one of them is. The cluster's total reaches a sorter when it is next asked for an order.
 */
export class RoleTable {
  /** All that are served, in no order. */
  readonly servedClients = new Set<Client>();
  private readonly roles = new Map<string, RoleState>();
  private readonly sorter: Sorter;
  private readonly total = new Map<string, number>();
  private totalVersion = 0;
  private sorterVersion = -1;
  /** The clients by their slots. */
  private readonly slots: (Client | undefined)[] = [];
  private readonly freeSlots: number[] = [];
  private generation = 0;
  private lastFresh: Client | undefined;
  /** Rises with everything that may let a client be offered what it was not, agents and quotas apart. */
  epoch = 0;
  /** How many clients have a minimum of their own. */
  ownMinimums = 0;

  constructor(
    private readonly factory: SorterFactory,
    private readonly options: SorterOptions,
    private readonly tops: TopRoles,
  ) {
    this.sorter = factory.create(options);
  }

  /** The framework as a client of the role; made, not subscribed yet, if it is not there. */
  client(framework: FrameworkState, roleName: string): Client {
    const found = framework.clients.get(roleName);
    if (found) return found;
    const role = this.roles.get(roleName) ?? this.addRole(roleName);
    const client = new Client(framework, role, this.freeSlots.pop() ?? this.slots.length);
    this.slots[client.slot] = client;
    client.generation = ++this.generation;
    framework.clients.set(roleName, client);
    role.clients.set(framework.id, client);
    role.sorter.add(framework.id);
    return client;
  }

  private addRole(name: string): RoleState {
    const top = this.tops.get(topLevelRole(name));
    this.tops.addRole(top);
    const role = new RoleState(name, this.factory.create(this.options), top);
    this.roles.set(name, role);
    this.sorter.add(name);
    return role;
  }

  /** Presupposes that it holds nothing any more. */
  removeClient(client: Client): void {
    const { framework, role } = client;
    this.serve(client, false);
    this.setTerms(client, {});
    role.sorter.remove(framework.id);
    role.clients.delete(framework.id);
    framework.clients.delete(role.name);
    this.slots[client.slot] = undefined;
    this.freeSlots.push(client.slot);
    if (role.clients.size > 0) return;
    this.sorter.remove(role.name);
    this.roles.delete(role.name);
    this.tops.removeRole(role.top);
  }

  /** Lets the sorters know what the client wants now. */
  refresh(client: Client): void {
    const begins = client.wantsOffers && !client.isServed;
    this.serve(client, client.wantsOffers);
    if (begins) this.freshen(client);
  }

  /** Whatever has been found out about the client at visits of agents is void. */
  private freshen(client: Client): void {
    if (!client.isServed) return;
    client.freshEpoch = client.role.freshEpoch = ++this.epoch;
    this.lastFresh = client;
  }

  /** The only client that has become fresh after the epoch, if it is one. */
  onlyFreshSince(epoch: number): Client | undefined {
    return this.epoch === epoch + 1 && this.lastFresh?.isServed ? this.lastFresh : undefined;
  }

  private serve(client: Client, isServed: boolean): void {
    if (client.isServed === isServed) return;
    client.isServed = isServed;
    const { framework, role } = client;
    if (isServed) {
      this.servedClients.add(client);
      role.sorter.activate(framework.id);
      if (role.servedClients++ === 0) this.serveRole(role);
    } else {
      this.servedClients.delete(client);
      role.sorter.deactivate(framework.id);
      if (--role.servedClients > 0) return;
      this.sorter.deactivate(role.name);
      this.tops.serve(role.top, -1);
    }
  }

  private serveRole(role: RoleState): void {
    this.sorter.activate(role.name);
    this.tops.serve(role.top, 1);
  }

  /** The client may be offered again what it has refused. */
  forgetFilters(client: Client): void {
    client.generation = ++this.generation;
    this.freshen(client);
  }

  setTerms(client: Client, terms: ClientTerms): void {
    this.ownMinimums += Number(terms.minimum !== undefined) - Number(client.minimum !== undefined);
    client.minimum = terms.minimum;
    client.constraints = terms.constraints;
    this.freshen(client);
  }

  allocated({ role, framework }: Client, own: ResourceQuantities, roles: ResourceQuantities): void {
    role.sorter.allocated(framework.id, own);
    this.sorter.allocated(role.name, roles);
  }
  unallocated(
    { role, framework }: Client,
    own: ResourceQuantities,
    roles: ResourceQuantities,
  ): void {
    role.sorter.unallocated(framework.id, own);
    this.sorter.unallocated(role.name, roles);
  }

  updateWeight(path: string, weight: number): void {
    this.sorter.updateWeight(path, weight);
  }

  changeTotal(before: ResourceQuantities, after: ResourceQuantities): void {
    accumulate(this.total, before, -1);
    accumulate(this.total, after, 1);
    this.totalVersion++;
  }

  /** All clients, beginning after the one in the slot and ending with it. */
  *clientsAfter(slot: number): Generator<Client> {
    const { slots } = this;
    for (let i = 1; i <= slots.length; i++) {
      const client = slots[(slot + i) % slots.length];
      if (client) yield client;
    }
  }

  role(name: string): RoleState {
    return this.roles.get(name) as RoleState;
  }

  /** The roles that are served, in order. Any allocation ends the iteration. */
  served(): Iterable<string> {
    if (this.sorterVersion !== this.totalVersion) {
      this.sorter.updateTotal(this.total);
      this.sorterVersion = this.totalVersion;
    }
    return this.sorter.sort();
  }

  /** The frameworks that are served in a role, in order. */
  servedIn(role: RoleState): Iterable<FrameworkId> {
    if (role.totalVersion !== this.totalVersion) {
      role.sorter.updateTotal(this.total);
      role.totalVersion = this.totalVersion;
    }
    return role.sorter.sort();
  }
}
