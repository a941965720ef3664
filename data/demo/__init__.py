"""A synthetic programme with the shape of the real one, written as an import folder: same seed, same bytes.

Everything in it is invented except the names and positions of places and the names of the modules. Start reading at
`programme`, which puts the whole together; each other file has one subject and holds its words, its weights and the
rows it writes:

- `chance`, `folder`, `forms`: draws from the seed, the CSV files, and what real forms leave out;
- `names`, `dates`, `places`, `partners`, `sectors`, `modules`, `indicators`: what the programme is made of, written
  by `reference`;
- `parts`, `writing`: what travels between these files, and what is remembered between rounds;
- `growth`, `rounds`, `workshops`: how many rounds begin when, and how each is planned and goes;
- `enterprises`, `enrolments`, `trainings`: who takes part and how far each gets;
- `kpis`, `practices`, `stories`, `pictures`: what comes of it;
- `late`: what comes in as a second batch;
- `trainers`, `events`, `figures`: the programme's own people, meetings, published totals and targets.
"""

from data.demo.outcomes.late_results import hold_back
from data.demo.synthetic_programme import write_demo

__all__ = ["hold_back", "write_demo"]
