import { RE2JS, RE2JSException } from "re2js";
import type { scheduler } from "../../protocol/v1.js";

/** How large a pattern may become when it is compiled: patterns come from strangers, and are tried on every agent. */
const MAX_PROGRAM_SIZE = 100;
/** A longer one is not even compiled: each of its characters would become part of the program. */
const MAX_PATTERN_LENGTH = 1000;
const MAX_PATTERNS = 1000;

/** What is wrong with a framework's offer constraints; undefined if nothing is. */
export function offerConstraintsProblem(
  constraints: scheduler.OfferConstraints | undefined,
  roles: ReadonlySet<string>,
): string | undefined {
  let patterns = 0;
  for (const [role, { groups = [] }] of Object.entries(constraints?.role_constraints ?? {})) {
    const path = `offer_constraints.role_constraints["${role}"]`;
    if (!roles.has(role)) return `${path}: the framework does not subscribe to this role`;
    if (groups.length === 0) return `${path}.groups: expected at least one group`;
    for (const [i, { attribute_constraints = [] }] of groups.entries()) {
      const group = `${path}.groups[${i}].attribute_constraints`;
      if (attribute_constraints.length === 0)
        return `${group}: expected at least one constraint in every group`;
      for (const [j, constraint] of attribute_constraints.entries()) {
        patterns += patternsOf(constraint).length;
        const problem = constraintProblem(constraint);
        if (problem !== undefined) return `${group}[${j}].${problem}`;
      }
      if (patterns > MAX_PATTERNS)
        return `offer_constraints: expected at most ${MAX_PATTERNS} patterns`;
    }
  }
  return undefined;
}

function constraintProblem(constraint: scheduler.AttributeConstraint): string | undefined {
  const { selector, predicate } = constraint;
  if (selector.attribute_name === undefined && selector.pseudoattribute_type === undefined)
    return "selector: expected attribute_name or pseudoattribute_type";
  if (selector.pseudoattribute_type === "UNKNOWN")
    return "selector.pseudoattribute_type: expected HOSTNAME, REGION or ZONE";
  if (Object.values(predicate).every((one) => one === undefined))
    return "predicate: expected one to be set";
  for (const pattern of patternsOf(constraint)) {
    const problem = patternProblem(pattern);
    if (problem !== undefined)
      return `predicate: regex ${JSON.stringify(pattern.slice(0, 100))}: ${problem}`;
  }
  return undefined;
}

function patternsOf({ predicate }: scheduler.AttributeConstraint): readonly string[] {
  const { text_matches, text_not_matches } = predicate;
  return [text_matches, text_not_matches].flatMap((one) => (one === undefined ? [] : one.regex));
}

function patternProblem(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN_LENGTH)
    return `expected at most ${MAX_PATTERN_LENGTH} characters, got ${pattern.length}`;
  try {
    const size = RE2JS.compile(pattern).programSize();
    if (size <= MAX_PROGRAM_SIZE) return undefined;
    return `compiles to a program of size ${size}, more than ${MAX_PROGRAM_SIZE}`;
  } catch (error) {
    if (error instanceof RE2JSException) return error.message;
    throw error;
  }
}
