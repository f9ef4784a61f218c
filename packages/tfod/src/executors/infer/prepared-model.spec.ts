import { prepareCommand, preparedModel } from './prepared-model';

test('each model has a place of its own for each variant', () => {
  const places = [
    preparedModel('/cache', 'cpu', '/w/apps/a/models/m'),
    preparedModel('/cache', 'lite', '/w/apps/a/models/m'),
    preparedModel('/cache', 'cpu', '/w/apps/b/models/m'),
  ].map(({ folder }) => folder);
  expect(new Set(places).size).toBe(3);
  expect(places[0]).toMatch(/^\/cache\/prepared\/[0-9a-f]{32}$/);
});

test('the environment is the folder of the Python that will run the model', () => {
  const prepared = { model: '/m', folder: '/cache/prepared/1' };
  const command = prepareCommand(prepared, '/venvs/tf/bin/python', '/venvs/lite/bin/python', '/w');
  expect([command.file, ...command.args].join(' ')).toBe(
    '/venvs/tf/bin/python -m tfod_runtime prepare --model /m --output /cache/prepared/1 --environment /venvs/lite',
  );
});
