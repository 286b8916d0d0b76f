"""The same library on Milvus: many machines write one collection, many read it, answers stay the same.

`BULLETIN_QA_STORE=milvus://host:19530/bulletins` (or `Library.open(store=…)`) makes the library read a
Milvus database; `milvus:///data/bulletins.db` does the same with Milvus Lite in a local folder, for one
process at a time (`milvus-lite server` shares it). `https://host/bulletins` speaks TLS, `?db=NAME` names a
database, and a token or USER:PASSWORD stands in `BULLETIN_QA_STORE_TOKEN`, never in the address. Filling it:

    writer = MilvusWriter.open("milvus://host:19530/bulletins", encoder)
    writer.put(bulletin, encoder)       # on as many machines at once as you like
    writer.remove("2020/12-old.txt")
    writer.publish()                    # by one process, when a batch is done: now readers see it

`put` returns whether anything was written. What a bulletin becomes depends on its parsed content alone, so a
repeat writes nothing, the same bulletin from two workers is the same rows, and a worker that died in the
middle is made good by putting the bulletin again. `prepare` does the part without the network (rows and
vectors) and its result may travel between processes; `put_prepared` takes it.

What is guaranteed. Nothing that is put or removed is seen before `publish`. A reader stays on the generation
that it opened, whole, whatever writers do, for an hour after it was replaced (`GRACE`; less when more than
`MOST_HIDDEN` bulletins go within it); a `Library` moves on to a new one by itself within seconds of being
asked. Killed at any moment, a writer or publisher leaves the last generation
as it was, and the next `publish` goes on. Several processes may put and remove at once; only one may publish.
The last to name a bulletin wins. What a sentence of this rests on is said where it is done (`writer.py`).

Three collections carry one library, named after the one in the address:

- `NAME_units`: a row for each unit (sentence, pair of neighbours, title) with its unit vector, inner product;
- `NAME_passages`: a row for each passage with its words as a sparse vector, inner product, and its text;
- `NAME_records`: bulletins, items, source texts, word counts and what is published.

Why our own sparse vectors and not Milvus' BM25 function with its jieba analyser. Scores have to mean the same
from question to question and backend to backend, and coverage needs each word's idf. Milvus counts whatever
rows it holds, those not yet published and those hidden among them; its analysers cut text into other words
than questions are cut into; and it gives no idf away. Here the words are those
of `qa.text.tokens`, the counts those of the published generation, and the score is computed from them exactly
(`search.py`). Dense and sparse rows lie in two collections rather than one because a sentence is embedded but
a passage is weighed; filters are the same fields in both.

What was tested: Milvus Lite 3.2 in process and through its server, where the nearest vectors are found
exactly; there both backends gave the same hits and answers to every shipped question. Beyond
`qa.storage.units.LARGE` passages an index folder leaves out long pairs of sentences; a content's rows here
don't depend on how many others there are, so all pairs stay. A full Milvus server
has not been run. What differs there is written to its documented interface: an HNSW graph, whose nearest may
miss some, indexes over the filtered fields, and consistency levels. With replicas a reader may be behind by
moments.
"""

from qa.milvus.address import DEFAULT_COLLECTION, Address
from qa.milvus.backend import MilvusBackend
from qa.milvus.rows import Prepared, prepare
from qa.milvus.writer import MilvusWriter

__all__ = ["DEFAULT_COLLECTION", "Address", "MilvusBackend", "MilvusWriter", "Prepared", "prepare"]
