import { MessageError } from "../protocol/message-error.js";
import { list, message } from "../protocol/record-schema.js";
import type { v1 } from "../protocol/v1.js";
import { validateResources } from "./validate-resources.js";

const readList = list(message("mesos.v1.Resource"));

/** Valid resources in their canonical form. @throws MessageError naming the first entry and field that is not. */
export function readResources(value: unknown): readonly v1.Resource[] {
  const resources = readList(value);
  const problem = validateResources(resources);
  if (problem !== undefined) throw new MessageError(problem);
  return resources;
}
