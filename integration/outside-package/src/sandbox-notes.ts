import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type ContainerConfig,
  type ContainerId,
  type ContainerLaunchInfo,
  defineModule,
  inject,
  injectable,
  type Isolator,
  serviceToken,
  z,
} from "dasmos";

export interface SandboxNotesParameters {
  readonly file: string;
  readonly text: string;
}
export const SandboxNotesParameters = serviceToken<SandboxNotesParameters>(
  "example/SandboxNotesParameters",
);

/** Leaves a note in every sandbox, and tells the task where it is. */
@injectable()
export class SandboxNotesIsolator implements Isolator {
  constructor(
    @inject(SandboxNotesParameters) private readonly parameters: SandboxNotesParameters,
  ) {}

  async prepare(
    containerId: ContainerId,
    { directory }: ContainerConfig,
  ): Promise<ContainerLaunchInfo> {
    const { file, text } = this.parameters;
    await writeFile(join(directory, file), `${text} (${containerId})\n`);
    return { environment: { SANDBOX_NOTE: file } };
  }
}

export default defineModule({
  kind: "isolator",
  name: "sandbox-notes",
  apiVersion: 1,
  description: "Leaves a note in every sandbox",
  stage: "other",
  parameters: {
    token: SandboxNotesParameters,
    schema: z.object({
      file: z
        .string()
        .regex(/^[\w.-]+$/)
        .default("NOTE"),
      text: z.string().default("made by an isolator from outside"),
    }),
  },
  implementation: SandboxNotesIsolator,
});
