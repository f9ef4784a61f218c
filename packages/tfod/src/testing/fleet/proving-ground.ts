import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../engine/engine';
import { ensureImages } from '../../images/ensure-images';
import type { Receipt } from '../../images/receipt';
import { planService, type PlannedService } from '../../images/plan-service';
import { plainRequest, type ImagesRequest, type Machine } from '../../images/request';
import { readService } from '../../service/read-service';
import { TfodError } from '../../values/tfod-error';
import { EMPTY_REGISTRIES } from '../empty-registries';
import { contentId } from './content';
import { putBack } from './counterfactual';
import { FakeEngine } from '../fake-engine';
import { Disk } from './disk';
import type { Edit } from './edit';
import { ENGINE_FAULTS, type Fault } from './engine-faults';
import { FakeKeeper } from './fake-keeper';
import { FakeRegistry } from './fake-registry';
import { FILE_EDITS } from './file-edits';
import { firstFleet } from './first-fleet';
import { serviceNames, type Fleet, type FleetService, type Project } from './fleet';
import { declaredArgs, minimalSet, wantedImages, type WantedImage } from './oracle';
import { Random } from './random';
import { EngineGone, Warehouse } from './warehouse';
import { WORKSPACE_EDITS } from './workspace-edits';

/** What went wrong, in words. */
export class Refuted extends Error {}

type Wanted = NonNullable<ReturnType<typeof wantedImages>>;

const BACK = 'back to an earlier state';
const KILL = 'killed in the middle';
type Action = Edit | Fault | typeof BACK | typeof KILL;

const REGISTRY_FAULTS: Readonly<Record<string, (registry: FakeRegistry, random: Random) => boolean>> = {
  'tag of the registry deleted': (registry, random) => registry.drop(random),
  'tag of the registry overwritten': (registry, random) => registry.overwrite(random),
};

const ACTIONS: readonly (readonly [string, readonly [number, Action]])[] = [
  ...Object.entries(FILE_EDITS),
  ...Object.entries(WORKSPACE_EDITS),
  ...Object.entries(ENGINE_FAULTS),
  ...Object.keys(REGISTRY_FAULTS).map((name) => [name, [3, BACK]] as const),
  [BACK, [6, BACK]],
  [KILL, [3, KILL]],
];
const TICKETS = ACTIONS.flatMap(([name, [weight, action]]) =>
  Array.from({ length: weight }, () => ({ name, action })),
);
const FAULTS = new Set<Action>(Object.values(ENGINE_FAULTS).map(([, fault]) => fault));

/** Thousands of receipts are written durably: in memory that costs nothing. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const REMEMBERED = 12;
const ALL_SERVICES_EVERY = 20;

/** Where edits are tried. */
export interface Place {
  readonly warehouse: Warehouse;
  /** Where images are published and found, if there is one. */
  readonly registry?: FakeRegistry;
  readonly fleet: Fleet;
  /** The names of edits that cannot be made here. */
  readonly without: readonly string[];
  /** The names of the edits to make; default: all. */
  readonly only?: readonly string[];
  /** Whether nobody else has images here, with which ours could be compared. */
  readonly isAlone: boolean;
  /** Looks at what was built for a service; throws Refuted. */
  readonly look: (service: string, fleet: Fleet, root: string) => Promise<void>;
}

/** An engine whose images are what their builder could see. */
export function fakePlace(): Place {
  const fake = new FakeEngine();
  const registry = new FakeRegistry();
  const warehouse = new Warehouse(pullingFrom(registry, fake), new FakeKeeper(fake));
  // It can go away between two images of one build as well.
  fake.asBuilt = (image) => {
    warehouse.call();
    return image;
  };
  return {
    warehouse,
    registry,
    fleet: firstFleet(),
    without: [],
    isAlone: true,
    look: async () => undefined,
  };
}

function pullingFrom(registry: FakeRegistry, fake: FakeEngine): Engine {
  const pull: Engine['pull'] = async (ref) => {
    const image = registry.imageOf(ref);
    if (!image) throw new Error(`no manifest ${ref}`);
    if (!fake.images().some(({ id }) => id === image.id)) fake.add({ ...image, refs: [] });
  };
  const inspect: Engine['inspect'] = async (refs) => {
    const pulled = refs.flatMap((ref) => (ref.includes('@') ? [registry.imageOf(ref)?.id] : []));
    const there = await fake.engine.inspect(refs);
    return [...there, ...fake.images().filter(({ id }) => pulled.includes(id))];
  };
  return { ...fake.engine, pull, inspect };
}

/** How often each thing has happened. */
export type Tally = Readonly<Record<string, number>>;

/**
 * A workspace on disk that is edited at random, and the product that is asked for its images after each edit. What
 * it builds is compared with what the oracle says: throws Refuted.
 */
export class ProvingGround {
  readonly tally: Record<string, number> = {};
  readonly #folder = mkdtempSync(join(SCRATCH, 'tfod-fleet-'));
  readonly #disk = new Disk(join(this.#folder, 'workspace'));
  readonly #warehouse: Warehouse;
  #fleet: Fleet;
  #earlier: Fleet[];
  /** Services that miss a source, as of the last step. */
  #refused = 0;
  #steps = 0;
  /** What the oracle has said of this fleet. */
  #asked: { readonly fleet: Fleet; readonly wanted: Map<string, Wanted | undefined> };

  constructor(private readonly place: Place) {
    this.#warehouse = place.warehouse;
    this.#fleet = place.fleet;
    this.#earlier = [this.#fleet];
    this.#asked = { fleet: this.#fleet, wanted: new Map() };
    mkdirSync(this.#disk.root);
    this.#disk.write(this.#fleet);
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** One edit and all that follows from it; everything in it is decided by the seed. */
  async step(seed: number): Promise<void> {
    const random = new Random(seed);
    const name = await this.#change(random);
    this.#count(`edit: ${name}`);
    this.#disk.write(this.#fleet);
    this.#refused = 0;
    const services = this.#servicesToAsk(random);
    try {
      if (name === KILL) await this.#askAndKill(random.pick(services), random);
      for (const service of services) await this.#ask(service, random);
    } catch (error) {
      if (!(error instanceof Refuted)) throw error;
      throw new Refuted(`after "${name}": ${error.message}`);
    }
    this.#steps += 1;
    if (this.#refused === 0) this.#remember();
  }

  /** Tries until something could be changed. */
  async #change(random: Random): Promise<string> {
    // Somebody mends what is broken, as a rule.
    if (this.#refused > 0 && !random.oneIn(4)) {
      this.#fleet = this.#earlier.at(-1) ?? this.#fleet;
      return BACK;
    }
    for (;;) {
      const { name, action } = random.pick(TICKETS) as (typeof TICKETS)[number];
      if (this.place.without.includes(name) || !(this.place.only?.includes(name) ?? true)) continue;
      if (name in REGISTRY_FAULTS) {
        if (this.place.registry && REGISTRY_FAULTS[name]?.(this.place.registry, random)) return name;
        continue;
      }
      if (action === BACK || action === KILL) {
        this.#fleet = random.pick(this.#earlier) ?? this.#fleet;
        // A build that is killed has something to build.
        if (action === KILL) this.#fleet = withNewWheel(this.#fleet, random);
        return name;
      }
      if (FAULTS.has(action)) {
        if (await (action as Fault)(this.#warehouse.keeper, random)) return name;
        continue;
      }
      const changed = (action as Edit)(this.#fleet, random);
      if (changed === undefined) continue;
      this.#fleet = changed;
      return name;
    }
  }

  /** Those with work to do, now and then one of the others, and at times all. */
  #servicesToAsk(random: Random): string[] {
    const names = serviceNames(this.#fleet);
    if (this.#steps % ALL_SERVICES_EVERY === 0) return names;
    const hasWork = (name: string): boolean => {
      const wanted = this.#wanted(name);
      return wanted === undefined || !Object.values(wanted).every(({ id }) => this.#warehouse.has(id));
    };
    const other = random.oneIn(3) ? random.pick(names) : undefined;
    return names.filter((name) => name === other || hasWork(name));
  }

  async #ask(name: string, random: Random): Promise<void> {
    const wanted = this.#wanted(name);
    this.#warehouse.built.length = 0;
    if (wanted === undefined) return this.#mustRefuse(name);
    const minimal = minimalSet(wanted, (image) => this.#isThere(image));
    const isBehind = !Object.values(wanted).every(({ id }) => this.#warehouse.has(id));
    const planned = minimal.size > 0 && random.oneIn(3) ? await this.#plan(name) : undefined;
    const receipt = await this.#ensure(name).catch((error: Error) => {
      throw new Refuted(`${name} was refused or failed: ${error.message}`, { cause: error });
    });
    await this.#warehouse.keeper.refresh();
    this.#checkBuilt(name, minimal);
    this.#checkImages(name, receipt, wanted);
    if (planned) this.#checkExplanations(planned);
    if (minimal.size > 0) await this.place.look(name, this.#fleet, this.#disk.root);
    const pulled = isBehind ? 'asked: pulled' : 'asked: nothing to do';
    this.#count(minimal.size > 0 ? 'asked: built' : pulled);
    if (random.oneIn(3)) this.place.registry?.publish(this.#warehouse.keeper.images());
  }

  /** In the engine, or where the registry of these images has them. */
  #isThere({ id, repository }: WantedImage): boolean {
    if (this.#warehouse.has(id)) return true;
    const pushed = repository === undefined ? [] : (this.place.registry?.imagesIn(repository) ?? []);
    return pushed.some((image) => this.#warehouse.contentOfImage(image.id) === id);
  }

  #wanted(name: string): Wanted | undefined {
    if (this.#asked.fleet !== this.#fleet) this.#asked = { fleet: this.#fleet, wanted: new Map() };
    const { wanted } = this.#asked;
    if (!wanted.has(name)) wanted.set(name, wantedImages(this.#fleet, name));
    return wanted.get(name);
  }

  async #mustRefuse(name: string): Promise<void> {
    const refused = await this.#ensure(name).then(
      () => false,
      (error: unknown) => error instanceof TfodError,
    );
    if (!refused) throw new Refuted(`${name} misses a source and was not refused`);
    if (this.#warehouse.built.length > 0) throw new Refuted(`${name} was refused and yet built`);
    this.#refused += 1;
    this.#count('asked: refused');
  }

  #checkBuilt(name: string, minimal: ReadonlySet<string>): void {
    const { built } = this.#warehouse;
    this.#count('images built', built.length);
    const needless = built.filter((id) => !minimal.has(id));
    const missed = [...minimal].filter((id) => !built.includes(id));
    if (new Set(built).size < built.length) throw new Refuted(`${name}: an image was built twice`);
    if (needless.length > 0) throw new Refuted(`${name}: ${needless.length} images built that need not be`);
    if (missed.length > 0) throw new Refuted(`${name}: ${missed.length} images not built`);
  }

  #checkImages(name: string, receipt: Receipt, wanted: Wanted): void {
    for (const { role, variant, id, ref, verdict, reasons } of receipt.images) {
      if (verdict === 'build' && reasons.length === 0) throw new Refuted(`${ref} was built for no reason`);
      const image = this.#warehouse.keeper.images().find((each) => each.refs.includes(ref));
      if (image?.id !== id) throw new Refuted(`${ref} is not the image of the receipt`);
      if (role !== 'service' || variant === null) continue;
      if (this.#warehouse.contentOfImage(id) !== wanted[variant]?.id) {
        throw new Refuted(`the ${variant} image of ${name} is stale`);
      }
    }
  }

  /** Putting back what an explanation names gives the image that it names, to the last input. */
  #checkExplanations({ plan }: PlannedService): void {
    for (const { image, explanation, reasons } of plan) {
      const { nearest, causes = [] } = explanation ?? {};
      if (nearest === undefined) continue;
      const [now, before] = [image.key, nearest.key].map((key) => this.#warehouse.contentOfKey(key));
      if (!before && !this.place.isAlone) continue;
      if (!now || !before) throw new Refuted(`${image.name} is compared with what never was`);
      const back = contentId(putBack(now, before, causes, this.#warehouse.contents));
      if (back !== contentId(before)) {
        throw new Refuted(`${image.name}: putting back does not undo it: ${reasons.join('; ')}`);
      }
      const isThere = this.#warehouse.has(back);
      if (nearest.ref !== undefined && !isThere) throw new Refuted(`${nearest.ref} is not there`);
      this.#count(isThere ? 'explained: putting back needs no build' : 'explained');
    }
  }

  /** Whatever was under way, no name may say what is not so. */
  async #askAndKill(name: string | undefined, random: Random): Promise<void> {
    if (name === undefined) return;
    const lies = this.#warehouse.lies();
    this.#warehouse.goAwayAfter(random.int(30));
    try {
      await this.#ensure(name);
    } catch (error) {
      if (!(error instanceof EngineGone) && !(error instanceof TfodError)) throw error;
      if (error instanceof EngineGone) this.#count('killed');
    } finally {
      this.#warehouse.comeBack();
      await this.#warehouse.keeper.refresh();
    }
    const more = this.#warehouse.lies().filter((ref) => !lies.includes(ref));
    if (more.length > 0) throw new Refuted(`${more.join(', ')} names an image that is not finished`);
  }

  async #ensure(name: string): Promise<Receipt> {
    return ensureImages(await this.#request(name), this.#machine);
  }

  async #plan(name: string): Promise<PlannedService> {
    return planService(await this.#request(name), this.#machine);
  }

  async #request(name: string): Promise<ImagesRequest> {
    const { projects, buildArgs } = this.#fleet;
    const project = projects[name] as Project & { service: FleetService };
    const declared = declaredArgs(project.service);
    const service = await readService(this.#disk.root, { name, root: project.root });
    const choices = {
      projects: new Map(Object.entries(projects).map(([each, { root }]) => [each, root])),
      buildArgs: Object.fromEntries(Object.entries(buildArgs).filter(([arg]) => declared.has(arg))),
      frozenLock: true,
      ...(this.#fleet.registry !== undefined && { registry: this.#fleet.registry }),
    };
    return plainRequest(this.#disk.root, service, {}, choices);
  }

  get #machine(): Machine {
    return {
      engine: this.#warehouse.engine,
      registries: this.place.registry?.registries ?? EMPTY_REGISTRIES,
      env: { TFOD_CACHE_DIR: join(this.#folder, 'cache') },
      report: () => undefined,
      verbose: false,
      wheelFolder: join(this.#disk.root, 'wheel'),
    };
  }

  #remember(): void {
    if (this.#earlier.at(-1) === this.#fleet) return;
    this.#earlier = [...this.#earlier.slice(-REMEMBERED), this.#fleet];
  }

  #count(what: string, times = 1): void {
    this.tally[what] = (this.tally[what] ?? 0) + times;
  }
}

function withNewWheel(fleet: Fleet, random: Random): Fleet {
  return { ...fleet, wheel: `wheel ${random.word()}` };
}
