import { chainFacts, PINNED, PYTHON, type FactsOverrides } from '../../testing/image-facts';
import { parseRepository } from '../../values/image-ref';
import { chainOf } from '../chain';
import { Explainer } from '../explanation/explainer';
import type { ExplainedImage } from '../explanation/explain-plan';
import { keptRecord } from '../records/kept-record';
import { keptName } from '../kept-records';
import { planImages } from '../plan';
import { layOut, NODE } from './layout';
import { pageImages, type ExplainedPlan } from './page-image';
import { planPage } from './plan-page';

type Overrides = Readonly<Record<string, FactsOverrides>>;

function chain(overrides: Overrides, repository: string) {
  return chainOf({
    facts: chainFacts(overrides),
    pins: new Map([[PYTHON, PINNED]]),
    repository: parseRepository(repository),
    tags: [],
  });
}

/** A service whose images were built before these changes. */
function planOf(project: string, changes: Overrides, before: Overrides = {}): ExplainedPlan {
  const [old, images] = [chain(before, project), chain({ ...before, ...changes }, project)];
  const present = old.map(({ name, refs, labels, platform }) => ({
    id: name,
    refs,
    labels,
    platform,
    bytes: 1,
  }));
  const kept = {
    last: Object.fromEntries(old.map((image) => [keptName(image), image.key])),
    find: (key: string) => old.filter((image) => image.key === key).map(keptRecord)[0],
  };
  const explainer = new Explainer({ images, present, kept });
  const plan = planImages({ images, present, kept, force: false });
  return {
    project,
    images: plan.map(
      (planned): ExplainedImage => ({
        planned,
        explanation: planned.explanation ?? explainer.explain(planned.image),
      }),
    ),
  };
}

const code = (text: string): Overrides => ({ 'service-cpu': { files: { 'src/a.py': text } } });

describe('planPage', () => {
  it('needs nothing but itself', () => {
    const page = planPage([planOf('parking', code('2'), code('1'))]);
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|\son\w+=/);
    expect(page.match(/(?:src|href)="(?!#)[^"]*"/g)).toBeNull();
  });

  it('tells each verdict and its causes', () => {
    const page = planPage([planOf('parking', code('2'), code('1'))]);
    expect(page).toContain('2 present, 1 to build');
    expect(page).toContain('<li>parking: src/a.py changed</li>');
    expect(page).toMatch(/compared with\s*<code>parking:k-[0-9a-f]{32} \(the last build here\)<\/code>/);
  });

  it('marks the way of a cause', () => {
    const page = planPage([planOf('parking', { base: { files: { 'base.txt': '2' } } })]);
    expect(page.match(/class="edge cause"/g)).toHaveLength(2);
    expect(page).toContain('<li>parking ← tf ← base: base.txt added</li>');
  });

  it('lets no text of the workspace become markup', () => {
    const evil = '<img src=x onerror=alert(1)>&"\'';
    const page = planPage([
      planOf('parking', { 'service-cpu': { files: { [evil]: '1' }, args: { A: evil } } }),
    ]);
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39; added');
  });

  it('draws what services share once', () => {
    const images = pageImages([planOf('parking', code('1')), planOf('plates', code('2'))]);
    expect(images.map(({ name }) => name)).toEqual(['base', 'tf', 'parking cpu', 'plates cpu']);
    const tf = images[1]?.id;
    expect(images.slice(2).map(({ parents }) => parents.map(({ id }) => id))).toEqual([[tf], [tf]]);
  });
});

describe('layOut', () => {
  it('puts what stands on something to the right of it, and no two nodes on one place', () => {
    const plans = Array.from({ length: 12 }, (_, at) => planOf(`service-${at}`, code(String(at))));
    const images = pageImages(plans);
    const { places, width, height } = layOut(images);
    const at = (id: string) => places.get(id) ?? { x: -1, y: -1 };
    for (const { id, parents } of images) {
      for (const parent of parents) expect(at(id).x).toBeGreaterThan(at(parent.id).x + NODE.width);
      expect(at(id).x + NODE.width).toBeLessThanOrEqual(width);
      expect(at(id).y + NODE.height).toBeLessThanOrEqual(height);
    }
    const all = [...places.values()];
    for (const one of all) {
      const same = all.filter(({ x, y }) => x === one.x && Math.abs(y - one.y) < NODE.height);
      expect(same).toHaveLength(1);
    }
  });

  it('has room for nothing', () => expect(layOut([]).places.size).toBe(0));
});
