"""A synthetic programme similar to the real one, written as an import folder. The same seed gives the same bytes.

All data is invented, except the names and positions of places and the names of the modules. Start reading at
`synthetic_programme`, which calls the other files. Each of them has one subject and contains its texts, its weights
and the rows it writes:

- `basics`: random draws (`chance`), CSV files (`folder`), dates (`programme_dates`), gaps in forms (`form_gaps`),
  names in two languages (`bilingual`), the objects shared by all files (`demo_parts`) and the state of one run
  (`demo_writing`);
- `setting`: places, partners, sectors, modules, indicators and the growth of the programme; `reference_tables` writes
  the reference rows;
- `rounds`: rounds, workshops, enterprises, enrolments, trainings and trainers;
- `outcomes`: KPIs, practices, stories with pictures, events, published figures with targets, and the late results of
  a second batch.

What does not belong here: loading the folder into a database (`data/loading`) and real data.
"""

from data.demo.outcomes.late_results import hold_back
from data.demo.synthetic_programme import write_demo

__all__ = ["hold_back", "write_demo"]
