import { RE2JS } from "re2js";
import type { scheduler, v1 } from "../../../core/protocol/v1.js";

type Constraint = scheduler.AttributeConstraint;
type Selector = scheduler.AttributeConstraint.Selector;
type Predicate = scheduler.AttributeConstraint.Predicate;
/** What a selector has found: a text, something else, or nothing. */
type Selected = { readonly text: string | undefined } | undefined;
type Test = (selected: Selected) => boolean;

/** A framework's offer constraints for one role, made ready: any group, and of a group every constraint. */
export class AttributeFilter {
  private readonly groups: readonly (readonly [Selector, Test][])[];
  /** An agent that changes has another message. */
  private readonly verdicts = new WeakMap<v1.AgentInfo, boolean>();

  /** Presupposes that the constraints have been validated. */
  constructor({ groups = [] }: scheduler.OfferConstraints.RoleConstraints) {
    this.groups = groups.map(({ attribute_constraints = [] }) =>
      attribute_constraints.map(({ selector, predicate }: Constraint): [Selector, Test] => [
        selector,
        testOf(predicate),
      ]),
    );
  }

  accepts(agent: v1.AgentInfo): boolean {
    let verdict = this.verdicts.get(agent);
    if (verdict === undefined) {
      verdict = this.groups.some((group) =>
        group.every(([selector, test]) => test(select(selector, agent))),
      );
      this.verdicts.set(agent, verdict);
    }
    return verdict;
  }
}

function select({ attribute_name, pseudoattribute_type }: Selector, agent: v1.AgentInfo): Selected {
  const domain = agent.domain?.fault_domain;
  if (pseudoattribute_type === "HOSTNAME") return { text: agent.hostname };
  if (pseudoattribute_type === "REGION") return domain && { text: domain.region.name };
  if (pseudoattribute_type === "ZONE") return domain && { text: domain.zone.name };
  const attribute = agent.attributes?.find(({ name }) => name === attribute_name);
  return attribute && { text: attribute.text?.value };
}

/** What is not there satisfies the negated predicates alone; what is not a text satisfies all that are about texts. */
function testOf(predicate: Predicate): Test {
  const { text_equals, text_not_equals, text_matches, text_not_matches } = predicate;
  if (predicate.exists) return (selected) => selected !== undefined;
  if (predicate.not_exists) return (selected) => selected === undefined;
  if (text_equals) return positive((text) => text === text_equals.value);
  if (text_not_equals) return negative((text) => text !== text_not_equals.value);
  if (text_matches) return positive(matcher(text_matches.regex));
  if (text_not_matches) {
    const matches = matcher(text_not_matches.regex);
    return negative((text) => !matches(text));
  }
  return () => true;
}

function positive(test: (text: string) => boolean): Test {
  return (selected) =>
    selected !== undefined && (selected.text === undefined || test(selected.text));
}

function negative(test: (text: string) => boolean): Test {
  return (selected) => selected === undefined || selected.text === undefined || test(selected.text);
}

function matcher(regex: string): (text: string) => boolean {
  const pattern = RE2JS.compile(regex);
  return (text) => pattern.matches(text);
}
