import { describeEdits } from './edits-spec';

describeEdits(1, 5000);
