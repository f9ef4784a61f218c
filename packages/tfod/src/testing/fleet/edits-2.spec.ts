import { describeEdits } from './edits-spec';

describeEdits(2, 5000);
