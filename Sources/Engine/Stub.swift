import Yams
import Histogram
import Subprocess
