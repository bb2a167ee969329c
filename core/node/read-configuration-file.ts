import { readFileSync } from "node:fs";
import { type Document, LineCounter, parseDocument, visit, type YAMLError } from "yaml";
import { KernelError, messageOf } from "../base/kernel-error.js";
import { configurationError, type Problem } from "../kernel/configuration/problems.js";

/** @throws KernelError CONFIGURATION_INVALID naming the file, and the line where it is not YAML. */
export function readConfigurationFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new KernelError("CONFIGURATION_INVALID", `${file}: cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  const problems =
    document.errors.length > 0
      ? document.errors.map(syntaxProblem)
      : aliasProblems(document, lines);
  if (problems.length > 0) throw configurationError(file, problems);
  try {
    return document.toJS() as unknown;
  } catch (cause) {
    const message = `its aliases stand for too much: ${messageOf(cause)}`;
    throw configurationError(file, [{ path: "", message, cause }]);
  }
}

const QUOTE = "quote a text that begins with *";

function syntaxProblem({ code, message, linePos }: YAMLError): Problem {
  if (code === "MULTIPLE_DOCS") {
    const line = linePos?.[0].line;
    return {
      path: "",
      message: `a configuration is one document, and another begins at line ${line}`,
    };
  }
  const [sentence = "", ...excerpt] = message.trim().split("\n");
  if (code !== "BAD_ALIAS") return { path: "", message: message.trim() };
  const hinted = `${sentence.replace(/:$/, "")}; ${QUOTE}:`;
  return { path: "", message: [hinted, ...excerpt].join("\n") };
}

/** What only shows when aliases are followed, each with its place. */
function aliasProblems(document: Document, lines: LineCounter): readonly Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Alias(_key, alias, ancestors) {
      const target = alias.resolve(document);
      const isInside = target !== undefined && ancestors.includes(target);
      if (target !== undefined && !isInside) return;
      const { line, col } = lines.linePos(alias.range?.[0] ?? 0);
      const what = isInside
        ? "what it stands in"
        : `nothing that is marked &${alias.source} before it; ${QUOTE}`;
      const message = `*${alias.source} at line ${line}, column ${col} is an alias of ${what}`;
      problems.push({ path: "", message });
    },
  });
  return problems;
}
